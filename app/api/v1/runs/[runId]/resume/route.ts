import { resumeRun as contract } from "@/lib/contracts/runs";
import { resumeRun } from "@/lib/engine/pause-run";
import { defineRoute } from "@/lib/http/define-route";
import { readRun } from "@/lib/runs/read-run";

export const POST = defineRoute(contract, async ({ resources, params, body }) => {
  await resumeRun(resources, params.runId, body.budgetMicros);
  return readRun(resources, params.runId);
});
