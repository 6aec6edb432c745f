-- AlterTable
ALTER TABLE "chunk" ADD COLUMN     "phase" TEXT NOT NULL DEFAULT 'rows';
