import { readStatus as contract } from "@/lib/contracts/system";
import { defineRoute } from "@/lib/http/define-route";
import { readStatus } from "@/lib/http/read-status";

export const dynamic = "force-dynamic";
export const GET = defineRoute(contract, ({ resources }) => readStatus(resources));
