import { importFile } from "@/lib/contracts/files";
import { importFromInbox } from "@/lib/files/data-files";
import { defineRoute } from "@/lib/http/define-route";

export const POST = defineRoute(importFile, ({ resources, body }) => importFromInbox(resources, body.name));
