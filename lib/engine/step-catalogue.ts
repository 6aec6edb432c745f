import { AppError } from "@/lib/core/app-error";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import type { DocumentPreview, RowsRunner, StepProbe, TableRunner, TrainerRunner } from "@/lib/steps/_sdk/step-runner";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { previewLoaders } from "@/lib/steps/previews.generated";
import { probeLoaders } from "@/lib/steps/probes.generated";
import { runnerLoaders } from "@/lib/steps/runners.generated";

export type StepParams = Record<string, unknown>;
export type AnyRunner = TableRunner<StepParams> | RowsRunner<StepParams> | TrainerRunner<StepParams>;

export function findDefinitionOrThrow(stepId: string): AnyStepDefinition {
  const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[stepId];
  if (!definition) throw new AppError("unknown_step", { stepId });
  return definition;
}

/** Loads what a step does. The parameters it is given later must have passed its own schema. */
export async function loadRunner(stepId: string): Promise<AnyRunner> {
  const load = (runnerLoaders as Record<string, () => Promise<{ run: unknown }>>)[stepId];
  if (!load) throw new AppError("unknown_step", { stepId });
  return (await load()).run as AnyRunner;
}

export async function loadProbe(stepId: string): Promise<StepProbe<AnyStepDefinition>> {
  const load = (probeLoaders as Record<string, () => Promise<{ probe: unknown }>>)[stepId];
  if (!load) throw new AppError("unknown_step", { stepId });
  return (await load()).probe as StepProbe<AnyStepDefinition>;
}

export async function loadPreview(stepId: string): Promise<DocumentPreview<StepParams>> {
  const load = (previewLoaders as Record<string, () => Promise<{ preview: unknown }>>)[stepId];
  if (!load) throw new AppError("unknown_step", { stepId });
  return (await load()).preview as DocumentPreview<StepParams>;
}
