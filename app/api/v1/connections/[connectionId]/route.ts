import { deleteConnection as deleteContract, updateConnection as updateContract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { deleteConnection, updateConnection } from "@/lib/models/connections";

export const PUT = defineRoute(updateContract, ({ resources, params, body }) => updateConnection(resources, params.connectionId, body));
export const DELETE = defineRoute(deleteContract, ({ resources, params }) => deleteConnection(resources, params.connectionId));
