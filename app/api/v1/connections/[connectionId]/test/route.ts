import { testConnection as contract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { testConnection } from "@/lib/models/test-connection";

export const POST = defineRoute(contract, ({ resources, params, body }) => testConnection(resources, params.connectionId, body.model));
