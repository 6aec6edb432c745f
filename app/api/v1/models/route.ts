import { listModels } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { listPickableModels } from "@/lib/models/trained-models";

export const GET = defineRoute(listModels, async ({ resources }) => ({ models: await listPickableModels(resources) }));
