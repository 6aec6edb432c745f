-- AlterTable
ALTER TABLE "step_run" ADD COLUMN     "after" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "trial" INTEGER;
