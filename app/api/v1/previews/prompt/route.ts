import { previewPrompt as contract } from "@/lib/contracts/previews";
import { previewPrompt } from "@/lib/engine/preview-prompt";
import { defineRoute } from "@/lib/http/define-route";

export const POST = defineRoute(contract, ({ resources, body }) => previewPrompt(resources, body));
