import { ownServer, providerEntry, providers, type Capabilities, type Provider } from "@/lib/contracts/providers";
import type { AnyStepDefinition, StepProblem } from "@/lib/steps/_sdk/define-step";
import { isModelRef } from "@/lib/steps/_sdk/model-ref";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import type { PlanKnown } from "./plan-known";
import { modelKey } from "./plan-models";

const isProvider = (name: unknown): name is Provider => typeof name === "string" && Object.hasOwn(providers, name);

/**
 * What can be asked of a model beside text, by what it is; a pool is as its first server. `undefined` is one that is handed on
 * to the step, which is served here. Null as long as it is not known.
 */
export function capabilitiesOf(identity: Readonly<Record<string, unknown>> | undefined): Capabilities | null {
  if (identity === undefined) return ownServer;
  if ("unresolved" in identity) return null;
  return isProvider(identity["provider"]) ? providerEntry(identity["provider"]).capabilities : ownServer;
}

/** As a parameter that was left alone. */
export function isUnset(value: unknown): boolean {
  return value === null || value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Parameters that ask for what cannot be had together, whatever the model. */
export function checkTogether(params: Readonly<Record<string, unknown>>): StepProblem[] {
  const against = (param: string, other: string): StepProblem => ({ code: "params_contradict", data: { param, other }, param });
  const hasRule = (name: string): boolean => !isUnset(params[name]);
  const ruled = ["replyChoices", "replyPattern"].filter(hasRule);
  return [
    ...(ruled.length === 2 ? [against("replyPattern", "replyChoices")] : []),
    // A reply by a schema is held to that.
    ...("schema" in params && "corrections" in params ? ruled.map((param) => against(param, "fields")) : []),
    ...(params["thinkFirst"] === "off" && !isUnset(params["thinking"]) ? [against("thinkFirst", "thinking")] : []),
  ];
}

/** A longest reply that is longer than the step's model writes. */
export function checkLongestReply(params: Readonly<Record<string, unknown>>, models: Readonly<Record<string, unknown>>, { outputLimits }: Pick<PlanKnown, "outputLimits">): StepProblem[] {
  const [name] = Object.keys(models);
  const ref = name === undefined ? null : params[name];
  const limit = isModelRef(ref) ? outputLimits[modelKey(ref)] : undefined;
  const asked = params["maxTokens"];
  if (limit === undefined || !isModelRef(ref) || typeof asked !== "number" || asked <= limit) return [];
  return [{ code: "reply_over_limit", data: { model: ref.model, limit, asked }, param: "maxTokens" }];
}

/**
 * Models whose provider cannot do what the step is for, and parameters that ask for what the provider of the step's model has
 * not. `models`: what each model parameter stands for; none where one is handed on.
 */
export function checkProvider({ params: schema }: AnyStepDefinition, params: Readonly<Record<string, unknown>>, models: Readonly<Record<string, unknown>>): StepProblem[] {
  const identity = Object.values(models)[0] as Record<string, unknown> | undefined;
  const capabilities = capabilitiesOf(identity);
  if (!capabilities) return [];
  const provider = isProvider(identity?.["provider"]) ? providers[identity["provider"]].title : "A local model";
  return listParams(schema).flatMap(({ name, meta }): StepProblem[] => {
    if (meta.needs === undefined || capabilities[meta.needs] || isUnset(params[name])) return [];
    if (meta.field?.kind === "model") return name in models ? [{ code: "provider_tunes_none", data: { provider }, param: name }] : [];
    return [{ code: "provider_lacks", data: { param: name, provider }, param: name }];
  });
}
