import { freeStorage } from "@/lib/contracts/system";
import { defineRoute } from "@/lib/http/define-route";
import { freeLeftovers } from "@/lib/storage/storage";

export const POST = defineRoute(freeStorage, ({ resources }) => freeLeftovers(resources));
