import { listTrainedModels as contract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { listTrainedModels } from "@/lib/models/trained-models";

export const GET = defineRoute(contract, ({ resources }) => listTrainedModels(resources));
