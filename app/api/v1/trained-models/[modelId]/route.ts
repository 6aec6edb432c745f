import { readTraining as contract } from "@/lib/contracts/models";
import { defineRoute } from "@/lib/http/define-route";
import { readTraining } from "@/lib/models/trained-models";

export const GET = defineRoute(contract, ({ resources, params }) => readTraining(resources, params.modelId));
