-- Training requests of version 1 get what version 2 asks for beside. What a training did stays as it was.
CREATE FUNCTION pg_temp.upgrade_request(request jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN request->>'version' = '1' THEN request || jsonb_build_object(
    'version', 2, 'chatTemplate', NULL, 'packing', FALSE, 'neftuneAlpha', NULL, 'gradientCheckpointing', NULL,
    'precision', 'auto', 'device', 'auto', 'optimiser', 'adamw_torch', 'maxGradNorm', 1, 'bestCheckpoint', 'loss',
    'advanced', '{}'::jsonb) ELSE request END
$$;
CREATE FUNCTION pg_temp.upgrade_result(result jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN jsonb_typeof(result) = 'object' THEN '{"measures": {}, "labels": []}'::jsonb || result ELSE result END
$$;
UPDATE "training" SET "request" = pg_temp.upgrade_request("request"), "result" = pg_temp.upgrade_result("result");
UPDATE "trained_model" SET "card" = "card"
  || jsonb_build_object('request', pg_temp.upgrade_request("card"->'request'), 'result', pg_temp.upgrade_result("card"->'result'));
