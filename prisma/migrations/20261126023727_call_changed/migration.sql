-- AlterTable
ALTER TABLE "call_cache" ADD COLUMN     "changed" JSONB;

-- AlterTable
ALTER TABLE "provider_batch" ADD COLUMN     "refused" JSONB;
