-- Errors of trainings held lists among the values of their messages, which no reader of an error takes.
CREATE FUNCTION pg_temp.scalar_data(error jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN jsonb_typeof(error->'data') = 'object' THEN error || jsonb_build_object('data', (
    SELECT COALESCE(jsonb_object_agg(key, value), '{}') FROM jsonb_each(error->'data') WHERE jsonb_typeof(value) NOT IN ('array', 'object')
  )) ELSE error END
$$;
UPDATE "training" SET "error" = pg_temp.scalar_data("error") WHERE "error" IS NOT NULL;
UPDATE "chunk" SET "error" = pg_temp.scalar_data("error") WHERE "error" IS NOT NULL;
UPDATE "step_run" SET "error" = pg_temp.scalar_data("error") WHERE "error" IS NOT NULL;
UPDATE "run" SET "error" = pg_temp.scalar_data("error") WHERE "error" IS NOT NULL;
