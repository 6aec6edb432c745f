-- AlterTable
ALTER TABLE "training" ADD COLUMN     "machine_group" JSONB;
