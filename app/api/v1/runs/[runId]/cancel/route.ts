import { cancelRun as contract } from "@/lib/contracts/runs";
import { cancelRun } from "@/lib/engine/cancel-run";
import { defineRoute } from "@/lib/http/define-route";
import { readRun } from "@/lib/runs/read-run";

export const POST = defineRoute(contract, async ({ resources, params }) => {
  await cancelRun(resources, params.runId);
  return readRun(resources, params.runId);
});
