import { listTemplates } from "@/lib/contracts/workflows";
import { defineRoute } from "@/lib/http/define-route";
import { templates } from "@/lib/templates/templates";

export const GET = defineRoute(listTemplates, () => Promise.resolve({ templates: Object.entries(templates).map(([id, document]) => ({ id, document })) }));
