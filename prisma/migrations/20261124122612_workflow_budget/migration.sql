-- AlterTable
ALTER TABLE "workflow" ADD COLUMN     "budget_micros" BIGINT;
