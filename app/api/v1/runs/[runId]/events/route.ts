import { watchRun as contract } from "@/lib/contracts/runs";
import { defineRoute } from "@/lib/http/define-route";
import { readRun } from "@/lib/runs/read-run";
import { watchRun } from "@/lib/runs/watch-run";

export const dynamic = "force-dynamic";
export const GET = defineRoute(contract, async ({ resources, params, request }) => {
  await readRun(resources, params.runId);
  const headers = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" };
  return new Response(watchRun(resources, params.runId, request.signal), { headers });
});
