import { pauseTraining as contract } from "@/lib/contracts/models";
import { pauseTraining } from "@/lib/engine/pause-training";
import { defineRoute } from "@/lib/http/define-route";
import { readTraining } from "@/lib/models/trained-models";

export const POST = defineRoute(contract, async ({ resources, params }) => {
  await pauseTraining(resources, params.modelId);
  return readTraining(resources, params.modelId);
});
