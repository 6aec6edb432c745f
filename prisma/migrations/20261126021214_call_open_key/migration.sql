-- AlterTable
ALTER TABLE "call_cache" ADD COLUMN     "max_tokens" INTEGER,
ADD COLUMN     "open_key" BYTEA;

-- AlterTable
ALTER TABLE "batch_call" ADD COLUMN     "max_tokens" INTEGER,
ADD COLUMN     "open_key" BYTEA;

-- CreateIndex
CREATE INDEX "call_cache_open_key_idx" ON "call_cache"("open_key");
