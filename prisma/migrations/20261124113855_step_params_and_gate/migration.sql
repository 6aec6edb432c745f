-- AlterTable
ALTER TABLE "step_run" ADD COLUMN     "gate" JSONB,
ADD COLUMN     "params" JSONB NOT NULL DEFAULT '{}';
-- Runs that are under way have their parameters in the run's snapshot alone.
UPDATE "step_run" s SET "params" = COALESCE((SELECT node->'params' FROM "run" r, jsonb_array_elements(r."document"->'nodes') node WHERE r."id" = s."run_id" AND node->>'id' = s."node_id"), '{}'::jsonb);
