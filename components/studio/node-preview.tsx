import type { PlanState } from "@/components/canvas/plan-store";
import { usePlanState } from "@/components/canvas/studio-context";
import { StepPreview } from "@/components/params/preview/step-preview";
import { findStep } from "@/components/steps/step-catalogue";
import type { WorkflowNode } from "@/lib/workflow/document";

/** The stored results that feed a step; null where one has not been made, or is not connected. */
function findInputs(step: string, plannedId: string, { plan, known }: Pick<PlanState, "plan" | "known">): Record<string, string[]> | null {
  const inputs: Record<string, string[]> = {};
  for (const port of findStep(step)?.inputs ?? []) {
    if (port.type !== "table") continue;
    const addresses = (plan.steps.get(plannedId)?.incoming[port.name] ?? []).map(({ from }) => ({ fingerprint: plan.steps.get(from.node)?.fingerprint ?? "", port: from.port }));
    if ((addresses.length === 0 && port.required) || addresses.some(({ fingerprint }) => !known.results[fingerprint])) return null;
    if (addresses.length > 0) inputs[port.name] = addresses.map((from) => `${from.fingerprint}/${from.port}`);
  }
  return inputs;
}

/** What the selected step would do first, of the round that is shown. */
export function NodePreview({ node, plannedId }: { node: WorkflowNode; plannedId: string }) {
  const definition = findStep(node.step);
  const planned = usePlanState((state) => state.plan.steps.get(plannedId));
  const inputs = usePlanState((state) => JSON.stringify(findInputs(node.step, plannedId, state)));
  if (!definition?.preview) return null;
  const isReady = planned?.problems.every(({ param }) => param === undefined) ?? false;
  return (
    <StepPreview
      stepId={node.step}
      kind={definition.preview}
      startsOpen={definition.preview === "prompt" || definition.effects === "pure"}
      params={isReady ? (planned?.params ?? null) : null}
      inputs={JSON.parse(inputs) as Record<string, string[]> | null}
    />
  );
}
