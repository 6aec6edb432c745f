import type { AnyStepDefinition, StepProblem } from "@/lib/steps/_sdk/define-step";
import { isModelReplaced } from "@/lib/steps/_sdk/is-model-replaced";
import { builtinModel, isModelRef, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import type { WorkflowEdge } from "@/lib/workflow/document";
import type { PlanKnown } from "./plan-known";

export function modelKey(ref: ModelRef): string {
  return `${ref.connection}/${ref.model}`;
}

/** A model that was never chosen is no error where a connected one takes its place; what stands there is not used. */
export function fillReplacedModels(definition: AnyStepDefinition, params: Record<string, unknown>, incoming: Record<string, WorkflowEdge[]>): Record<string, unknown> {
  const unset = listParams(definition.params).filter(({ name, meta }) => meta.field?.kind === "model" && !isModelRef(params[name]) && isModelReplaced(definition, incoming, name));
  return unset.length === 0 ? params : { ...params, ...Object.fromEntries(unset.map(({ name }) => [name, builtinModel])) };
}

/** What each model parameter stands for. One whose place a connected model takes is not part of the identity. */
export function resolveModels(
  definition: AnyStepDefinition,
  params: Record<string, unknown>,
  incoming: Record<string, WorkflowEdge[]>,
  known: PlanKnown,
): { identities: Record<string, unknown>; problems: StepProblem[] } {
  const identities: Record<string, unknown> = {};
  const problems: StepProblem[] = [];
  for (const { name, meta } of listParams(definition.params)) {
    if (meta.field?.kind !== "model" || params[name] === null || isModelReplaced(definition, incoming, name)) continue;
    const ref = params[name] as ModelRef;
    const identity = known.models[modelKey(ref)];
    if (identity) identities[name] = identity;
    else if (identity === null) problems.push({ code: "model_missing", data: { model: ref.model }, param: name });
    // Not asked yet: the reference itself stands in until the server has said what it is.
    else identities[name] = { unresolved: ref };
  }
  return { identities, problems };
}
