import { pauseRun as contract } from "@/lib/contracts/runs";
import { pauseRun } from "@/lib/engine/pause-run";
import { defineRoute } from "@/lib/http/define-route";
import { readRun } from "@/lib/runs/read-run";

export const POST = defineRoute(contract, async ({ resources, params }) => {
  await pauseRun(resources, params.runId);
  return readRun(resources, params.runId);
});
