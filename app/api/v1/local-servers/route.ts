import { listLocalServers } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { findLocalServers } from "@/lib/models/local-servers";

export const GET = defineRoute(listLocalServers, async ({ resources }) => ({ servers: await findLocalServers(resources) }));
