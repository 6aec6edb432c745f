import { readResult as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { readResult } from "@/lib/results/read-result";

export const GET = defineRoute(contract, ({ resources, params }) => readResult(resources, params.fingerprint));
