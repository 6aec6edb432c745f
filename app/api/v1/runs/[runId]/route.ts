import { readRun as contract } from "@/lib/contracts/runs";
import { defineRoute } from "@/lib/http/define-route";
import { readRun } from "@/lib/runs/read-run";

export const GET = defineRoute(contract, ({ resources, params }) => readRun(resources, params.runId));
