import { readStorage } from "@/lib/contracts/system";
import { defineRoute } from "@/lib/http/define-route";
import { measureStorage } from "@/lib/storage/storage";

export const GET = defineRoute(readStorage, ({ resources }) => measureStorage(resources));
