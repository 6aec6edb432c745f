import type { z } from "zod";
import { canonicalJson } from "@/lib/core/canonical-json";
import { sha256Hex } from "@/lib/core/sha256";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { listParams, type FileRef } from "@/lib/steps/_sdk/param-fields";

/** Rises when the way of making fingerprints changes; every step is then stale. */
export const FINGERPRINT_SCHEME = 1;

/**
 * All that determines a step's output, and nothing else. Never the node's id, title or place, so equal sub-graphs share
 * results; never a connection's name or key, so that results can travel.
 */
export interface StepIdentity {
  scheme: number;
  step: string;
  version: number;
  /** Parameters after parsing, without those in `identityExcludes` and those added later that are at their default; files by content alone; models in `models`. */
  params: Record<string, unknown>;
  /** What each model parameter resolves to: provider, base URL and name; or weights by content. */
  models: Record<string, unknown>;
  /** `<fingerprint>/<port>` of each connected output, by input port, in edge order. */
  inputs: Record<string, string[]>;
  /** Row limit of a run over the first N rows, where this step is the one that obeys it: it has no table input. */
  rowLimit: number | null;
  /** Rounds of its group before this one, where the step draws anew in each: the same prompt is another call. Absent in the first. */
  repeat?: number;
  /** Of a step whose cache is off: the run that made it. */
  draw?: string;
  /** Of a step in a sweep: the table whose one row has some of its parameters, by column. They are not in `params`. */
  chosen?: ChosenParams;
  /** Of a trainer that may be given up: the trials that it is held against, by fingerprint. */
  prune?: PruneIdentity;
}

export interface ChosenParams {
  from: string;
  columns: Record<string, string>;
}

export interface PruneIdentity {
  rule: string;
  startup: number;
  earlier: string[];
}

export interface IdentityParts {
  definition: AnyStepDefinition;
  params: Record<string, unknown>;
  models: Record<string, unknown>;
  inputs: Record<string, string[]>;
  rowLimit: number | null;
  /** Rounds before this one. */
  repeat: number;
  draw: string | null;
  chosen?: ChosenParams | null;
  prune?: PruneIdentity | null;
}

export function makeStepIdentity({ definition, params, models, inputs, rowLimit, repeat, draw, chosen, prune }: IdentityParts): StepIdentity {
  const excluded = new Set(definition.identityExcludes);
  const kept: Record<string, unknown> = {};
  for (const { name, schema, meta } of listParams(definition.params)) {
    const kind = meta.field?.kind;
    const value = params[name];
    if (excluded.has(name) || kind === "model" || (chosen && name in chosen.columns)) continue;
    if (meta.addedLater && isDefault(schema, value)) continue;
    kept[name] = kind === "file" && value !== null ? (value as FileRef).sha256 : value;
  }
  const obeysLimit = Object.keys(inputs).every((port) => !definition.inputs.some((input) => input.name === port && input.type === "table"));
  return {
    scheme: FINGERPRINT_SCHEME,
    step: definition.id,
    version: definition.version,
    params: kept,
    models,
    inputs,
    rowLimit: obeysLimit ? rowLimit : null,
    ...(repeat > 0 && definition.resource === "llm" && { repeat }),
    ...(draw !== null && { draw }),
    ...(chosen && { chosen }),
    ...(prune && { prune }),
  };
}

function isDefault(schema: z.ZodType, value: unknown): boolean {
  return canonicalJson(value ?? null) === canonicalJson(schema.parse(undefined) ?? null);
}

/** SHA-256 of the identity's canonical JSON, as 64 hexadecimal digits. */
export function fingerprintIdentity(identity: StepIdentity): string {
  return sha256Hex(canonicalJson(identity));
}
