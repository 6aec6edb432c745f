import type { ChangedCalls } from "@/lib/contracts/changed-values";
import type { TrainingRequest, TrainingResult } from "@/lib/contracts/trainer";
import type { WorkflowDocument } from "@/lib/workflow/document";

/** What a step of the ancestry was and did, as far as a card tells it. */
export interface ProvenanceStep {
  fingerprint: string;
  /** Id and version in the catalogue. */
  step: string;
  version: number;
  title: string;
  /** Parameters as in its identity: defaults filled in, files by content, models apart. */
  params: Record<string, unknown>;
  /** Names of the parameters that hold prompts. */
  prompts: string[];
  /** Identity of each model parameter. */
  models: Record<string, unknown>;
  /** `<fingerprint>/<port>` by input port, in edge order. */
  inputs: Record<string, string[]>;
  /** It sends prompts to a model. */
  isPrompting: boolean;
  rowLimit: number | null;
  /** Null where its result is not stored any more. */
  totals: ProvenanceTotals | null;
  /** When its result was made, in ISO 8601; null where it is not stored any more. */
  madeAt: string | null;
  /** The commit of the Hub that its data came from; null for other steps and where it is not recorded. */
  commit: string | null;
  /** Values of its sampling that its model was sent otherwise, and in how many calls. */
  sentOtherwise: ChangedCalls[];
  training: { request: TrainingRequest; result: TrainingResult } | null;
}

export interface ProvenanceTotals {
  rowsIn: number;
  rowsOut: number;
  rejected: number;
  failed: number;
  calls: number;
  callsCached: number;
  promptTokens: number;
  completionTokens: number;
  costMicros: number;
  seconds: number;
}

/** How the input of a step came to be. */
export interface Provenance {
  /** Snapshot of the run's document. */
  workflow: WorkflowDocument;
  /** The step that asks. */
  nodeId: string;
  /** Everything that led to its input, each step after all that feed it. */
  steps: ProvenanceStep[];
  /** Versions of what ran it, by name. */
  software: Record<string, string>;
}
