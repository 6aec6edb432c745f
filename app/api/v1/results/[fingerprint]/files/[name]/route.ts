import { downloadKeptFile as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { downloadKeptFile } from "@/lib/results/download-table";

export const GET = defineRoute(contract, ({ resources, params }) => downloadKeptFile(resources, params.fingerprint, params.name));
