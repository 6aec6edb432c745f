import { formatError } from "@/lib/core/format-error";
import type { StepProblem } from "@/lib/steps/_sdk/define-step";
import { getParamWords, getPortLabel } from "./step-words";

/** A problem in words, with the names a person knows instead of those of the code. */
export function describeProblem(stepId: string, { code, data }: StepProblem): string {
  const named = { ...data };
  if (typeof data["param"] === "string") named["param"] = getParamWords(stepId, data["param"]).label;
  if (typeof data["port"] === "string") named["port"] = getPortLabel(stepId, data["port"]);
  return formatError(code, named);
}
