import { promptModel as contract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { promptModel } from "@/lib/models/trained-models";

export const POST = defineRoute(contract, ({ resources, body, request }) => promptModel(resources, body, request.signal));
