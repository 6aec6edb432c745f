import { LEFT_OUT, type ChangedValue } from "@/lib/contracts/changed-values";
import type { Sampling } from "./chat";

/** What a provider's interface takes less of than the others. */
export interface SamplingLimits {
  /** The highest temperature. */
  mostTemperature?: number;
  /** Values that cannot be set while the model thinks. */
  notWhileThinking?: readonly ("temperature" | "topP" | "topK")[];
}

const names = { temperature: "temperature", topP: "top_p", topK: "top_k" } as const;
/** What these are where nothing is said: to leave it out changes nothing. */
const neutral = { temperature: 1, topP: 1, topK: null } as const;

/**
 * The sampling as the provider's interface takes it, and what of it is not as it was set. The one place where a value is
 * changed before a request is written; what a model itself refuses is in `refusals.ts`, and told the same way.
 */
export function fitSampling(sampling: Sampling, { limits = {}, hasSeed, thinks }: { limits?: SamplingLimits | undefined; hasSeed: boolean; thinks: boolean }): { sampling: Sampling; changed: ChangedValue[] } {
  const fitted = { ...sampling };
  const changed: ChangedValue[] = [];
  if (!hasSeed && sampling.seed !== null) {
    fitted.seed = null;
    changed.push({ name: "seed", asked: String(sampling.seed), sentAs: "seed", sent: LEFT_OUT });
  }
  const { mostTemperature, notWhileThinking = [] } = limits;
  for (const name of thinks ? notWhileThinking : []) {
    const asked = sampling[name] ?? null;
    if (asked === null) continue;
    if (name === "topK") delete fitted.topK;
    else fitted[name] = null;
    if (asked !== neutral[name]) changed.push({ name: names[name], asked: String(asked), sentAs: names[name], sent: LEFT_OUT });
  }
  if (mostTemperature !== undefined && fitted.temperature !== null && fitted.temperature > mostTemperature) {
    changed.push({ name: "temperature", asked: String(fitted.temperature), sentAs: "temperature", sent: String(mostTemperature) });
    fitted.temperature = mostTemperature;
  }
  return { sampling: fitted, changed };
}
