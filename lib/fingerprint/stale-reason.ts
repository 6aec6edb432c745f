import { canonicalJson } from "@/lib/core/canonical-json";
import type { StepIdentity } from "./step-identity";

/** Why a step has to run again, the first that holds. `inputs` lists the input ports that changed, `params` the parameters. */
export type StaleReason =
  | { code: "never_run" }
  | { code: "step_updated" }
  | { code: "params_changed"; params: string[] }
  | { code: "model_changed"; params: string[] }
  | { code: "input_changed"; ports: string[] }
  | { code: "row_limit_changed"; from: number | null; to: number | null }
  | { code: "cache_off" }
  | { code: "result_missing" };

function changedKeys(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null)).sort();
}

/** Compares what a step was when it last finished in this workflow with what it is now. */
export function explainStaleness(before: StepIdentity | null, now: StepIdentity): StaleReason {
  if (before?.step !== now.step) return { code: "never_run" };
  if (before.version !== now.version || before.scheme !== now.scheme) return { code: "step_updated" };
  const params = changedKeys(before.params, now.params);
  if (params.length > 0) return { code: "params_changed", params };
  const models = changedKeys(before.models, now.models);
  if (models.length > 0) return { code: "model_changed", params: models };
  if (before.rowLimit !== now.rowLimit) return { code: "row_limit_changed", from: before.rowLimit, to: now.rowLimit };
  const ports = changedKeys(before.inputs, now.inputs);
  if (ports.length > 0) return { code: "input_changed", ports };
  if (before.draw !== now.draw) return { code: "cache_off" };
  return { code: "result_missing" };
}
