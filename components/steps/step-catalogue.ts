import type { z } from "zod";
import type { StepCatalogue } from "@/lib/plan/plan-workflow";
import type { AnyStepDefinition, PortType } from "@/lib/steps/_sdk/define-step";
import type { ParamField } from "@/lib/steps/_sdk/param-fields";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { getStepWords } from "./step-words";

export const stepCatalogue: StepCatalogue = stepDefinitions;

/** What people are offered, by title. */
export const allSteps: AnyStepDefinition[] = Object.values(stepCatalogue)
  .filter((step) => step.planned !== true)
  .sort((a, b) => getStepWords(a.id).title.localeCompare(getStepWords(b.id).title));

export function findStep(stepId: string): AnyStepDefinition | null {
  return stepCatalogue[stepId] ?? null;
}

/** The outputs of a step as it is set; of a fresh one while its parameters do not parse. */
export function getOutputs(definition: AnyStepDefinition, params: Record<string, unknown>) {
  const parsed = definition.params.safeParse(params);
  if (parsed.success) return definition.outputs(parsed.data);
  return definition.outputs({ ...definition.defaults, ...params });
}

/** Steps that can take what an output gives. */
export function findStepsTaking(type: PortType): AnyStepDefinition[] {
  return allSteps.filter((step) => step.inputs.some((port) => port.type === type));
}

/** Steps that can give what an input takes. */
export function findStepsGiving(type: PortType): AnyStepDefinition[] {
  return allSteps.filter((step) => getOutputs(step, step.defaults).some((port) => port.type === type));
}

/** How the form shows a parameter; null where it does not say. */
export function getParamField(definition: AnyStepDefinition, param: string): ParamField | null {
  const shape = definition.params.shape as Record<string, z.ZodType | undefined>;
  return shape[param]?.meta()?.field ?? null;
}

/** The first step with a parameter that holds a file, and that parameter. */
export function findFileStep(): { step: AnyStepDefinition; param: string } | null {
  for (const step of allSteps) {
    const param = Object.keys(step.params.shape).find((name) => getParamField(step, name)?.kind === "file");
    if (param !== undefined) return { step, param };
  }
  return null;
}
