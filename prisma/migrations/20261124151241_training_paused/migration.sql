-- AlterTable
ALTER TABLE "training" ADD COLUMN     "paused" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "waits_for" JSONB;
