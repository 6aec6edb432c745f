import { resumeTraining as contract } from "@/lib/contracts/models";
import { resumeTraining } from "@/lib/engine/pause-training";
import { defineRoute } from "@/lib/http/define-route";
import { readTraining } from "@/lib/models/trained-models";

export const POST = defineRoute(contract, async ({ resources, params }) => {
  await resumeTraining(resources, params.modelId);
  return readTraining(resources, params.modelId);
});
