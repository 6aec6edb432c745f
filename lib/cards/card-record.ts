import { canonicalJson } from "@/lib/core/canonical-json";
import { sha256Hex } from "@/lib/core/sha256";
import type { TrainingRequest } from "@/lib/contracts/trainer";
import type { Provenance, ProvenanceStep, ProvenanceTotals } from "@/lib/steps/_sdk/provenance";
import type { HubSource } from "./hub-source";
import { shareIdentity, sharePaths } from "./share-identity";

const SAMPLING = new Set(["temperature", "topP", "maxTokens", "stop", "seed"]);

/** One step in `reverie.json`. */
export interface CardStep {
  number: number;
  title: string;
  step: string;
  version: number;
  fingerprint: string;
  madeAt: string | null;
  /** Only the first N rows were used; null for all. */
  rowLimit: number | null;
  /** By input port: the numbers of the steps that feed it, with their output ports. */
  inputs: Record<string, { step: number; port: string }[]>;
  params: Record<string, unknown>;
  prompts: Record<string, string>;
  /** As it was set. */
  sampling: Record<string, unknown> | null;
  /** What of it the model was sent otherwise. */
  sentOtherwise: ProvenanceStep["sentOtherwise"];
  models: Record<string, Record<string, unknown>>;
  totals: ProvenanceTotals | null;
  commit: string | null;
  training: ProvenanceStep["training"];
}

/** What `reverie.json` holds beside what is special to data or models. */
export interface CardRecord {
  format: 1;
  workflow: string;
  /** SHA-256 of the canonical JSON of the sorted fingerprints of all steps. */
  fingerprint: string;
  /** When the last of the steps was made: publishing the same again gives the same card. */
  date: string | null;
  software: Record<string, string>;
  /** A model wrote some of it. */
  synthetic: boolean;
  /** The toy model that ships with Reverie took part. */
  usesToyModel: boolean;
  /** Data sets and models of the Hub that it was made from. */
  hubSources: Pick<HubSource, "kind" | "id" | "revision">[];
  /** Models that wrote some of it, by the names their makers give them; a path is none. */
  writers: string[];
  steps: CardStep[];
  totals: { calls: number; callsCached: number; promptTokens: number; completionTokens: number; costMicros: number; seconds: number };
}

/** The machine-readable card of what came to be by these steps. */
export function makeCardRecord(provenance: Provenance): CardRecord {
  const { steps } = provenance;
  const dates = steps.flatMap(({ madeAt }) => madeAt ?? []).sort();
  const models = steps.flatMap(listModels);
  const sum = (key: keyof CardRecord["totals"]) => steps.reduce((total, step) => total + (step.totals?.[key] ?? 0), 0);
  return {
    format: 1,
    workflow: provenance.workflow.name,
    fingerprint: sha256Hex(canonicalJson(steps.map(({ fingerprint }) => fingerprint).sort())),
    date: dates.at(-1) ?? null,
    software: provenance.software,
    synthetic: steps.some(({ isPrompting }) => isPrompting),
    usesToyModel: models.some((model) => typeof model.builtin === "string"),
    hubSources: listHubSources(steps),
    writers: [...new Set(steps.flatMap((step) => (step.isPrompting ? listModels(step).flatMap(({ hub, model }) => [hub, model].filter((name): name is string => typeof name === "string" && /^[\w.:-]+(\/[\w.:-]+)?$/.test(name)).slice(0, 1)) : [])))],
    steps: describeSteps(steps),
    totals: { calls: sum("calls"), callsCached: sum("callsCached"), promptTokens: sum("promptTokens"), completionTokens: sum("completionTokens"), costMicros: sum("costMicros"), seconds: sum("seconds") },
  };
}

function listHubSources(steps: readonly ProvenanceStep[]): CardRecord["hubSources"] {
  const datasets = steps.flatMap(({ step, params, commit }) => (step === "load-hub-dataset" && typeof params.dataset === "string" ? [{ kind: "dataset" as const, id: params.dataset, revision: commit }] : []));
  const models = steps.flatMap(listModels).flatMap(({ hub, revision }) => (typeof hub === "string" ? [{ kind: "model" as const, id: hub, revision: typeof revision === "string" ? revision : null }] : []));
  return [...new Map([...datasets, ...models].map((source) => [JSON.stringify(source), source])).values()];
}

/** Identities of the models that a step prompts or trains from. */
function listModels({ models, training }: ProvenanceStep): Record<string, unknown>[] {
  const listed = Object.values(models).map(shareIdentity);
  if (training?.request.base.kind === "builtin") listed.push({ builtin: "builtin" });
  if (training?.request.base.kind === "hub") listed.push({ hub: training.request.base.id, revision: training.request.base.revision });
  return listed;
}

function describeSteps(steps: readonly ProvenanceStep[]): CardStep[] {
  const numbers = new Map(steps.map(({ fingerprint }, index) => [fingerprint, index + 1]));
  return steps.map((step, index) => ({
    number: index + 1,
    title: step.title || step.step,
    step: step.step,
    version: step.version,
    fingerprint: step.fingerprint,
    madeAt: step.madeAt,
    rowLimit: step.rowLimit,
    inputs: Object.fromEntries(Object.entries(step.inputs).map(([port, addresses]) => [port, addresses.map((address) => readAddress(address, numbers))])),
    ...sortParams(step),
    sentOtherwise: step.sentOtherwise,
    models: Object.fromEntries(Object.entries(step.models).map(([param, identity]) => [param, shareIdentity(identity)])),
    totals: step.totals,
    commit: step.commit,
    training: step.training && shareTraining(step.training),
  }));
}

function readAddress(address: string, numbers: ReadonlyMap<string, number>): { step: number; port: string } {
  const slash = address.indexOf("/");
  return { step: numbers.get(address.slice(0, slash)) ?? 0, port: address.slice(slash + 1) };
}

function sortParams({ params, prompts, isPrompting }: ProvenanceStep): Pick<CardStep, "params" | "prompts" | "sampling"> {
  const sorted: Pick<CardStep, "params" | "prompts"> & { sampling: Record<string, unknown> } = { params: {}, prompts: {}, sampling: {} };
  for (const [name, value] of Object.entries(params)) {
    if (prompts.includes(name) && typeof value === "string") {
      if (value.trim() !== "") sorted.prompts[name] = value;
    } else if (isPrompting && SAMPLING.has(name)) sorted.sampling[name] = value;
    else sorted.params[name] = value;
  }
  return { ...sorted, sampling: isPrompting ? sorted.sampling : null };
}

/** Without the paths of model folders, which tell about the machine. */
export function shareTraining({ request, result }: NonNullable<ProvenanceStep["training"]>): NonNullable<ProvenanceStep["training"]> {
  return { request: sharePaths(request) as TrainingRequest, result };
}
