import { readProfile as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { readProfile } from "@/lib/results/read-results";

export const GET = defineRoute(contract, ({ resources, params, request }) => readProfile(resources, params.tableId, request.signal));
