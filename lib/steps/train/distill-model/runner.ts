import { AppError } from "@/lib/core/app-error";
import type { LocalModelSource } from "@/lib/contracts/model-source";
import { toPromptFormat } from "../../_sdk/prompt-format-params";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

function teacherOf({ teacher }: Readonly<Record<string, LocalModelSource>>): LocalModelSource {
  if (!teacher) throw new AppError("input_missing", { port: "teacher" });
  return teacher;
}

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  otherModels: ({ teacher }) => ({ teacher }),
  request: (params, others) => ({
    ...toTrainingSettings(params),
    ...toPromptFormat(params),
    recipe: "distillation",
    columns: { prompt: params.promptColumn },
    teacher: teacherOf(others),
    maxNewTokens: params.maxNewTokens,
    temperature: params.temperature,
    beta: params.beta,
  }),
};
