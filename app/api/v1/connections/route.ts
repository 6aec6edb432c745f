import { createConnection as createContract, listConnections as listContract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { createConnection, listConnections } from "@/lib/models/connections";

export const GET = defineRoute(listContract, async ({ resources }) => ({ connections: await listConnections(resources) }));
export const POST = defineRoute(createContract, ({ resources, body }) => createConnection(resources, body));
