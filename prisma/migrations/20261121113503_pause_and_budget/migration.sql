-- AlterTable
ALTER TABLE "run" ADD COLUMN     "budget_micros" BIGINT;
