import { listConnectionModels as contract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { listConnectionModels } from "@/lib/models/test-connection";

export const GET = defineRoute(contract, ({ resources, params }) => listConnectionModels(resources, params.connectionId));
