import { previewChunks } from "@/lib/contracts/previews";
import { previewDocumentChunks } from "@/lib/engine/preview-chunks";
import { defineRoute } from "@/lib/http/define-route";

export const POST = defineRoute(previewChunks, ({ resources, body }) => previewDocumentChunks(resources, body));
