import { z } from "zod";
import { workflowDocument } from "@/lib/workflow/document";
import { changedCalls } from "./changed-values";
import { defineContract } from "./contract";
import { errorRecord } from "./errors";
import { waitsForDevice } from "./trainer";

/**
 * `to`: the step and what feeds it. `only`: the step, whose inputs must be fresh. `from`: the step, what follows it, and what
 * they need. `only` and `from` make the step itself anew, though its calls may be in the cache.
 */
export const runTarget = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("all") }),
  z.strictObject({ kind: z.literal("to"), nodeId: z.string() }),
  z.strictObject({ kind: z.literal("only"), nodeId: z.string() }),
  z.strictObject({ kind: z.literal("from"), nodeId: z.string() }),
]);
export type RunTarget = z.infer<typeof runTarget>;

export const runState = z.enum(["running", "paused", "cancelling", "done", "failed", "cancelled"]);
export type RunState = z.infer<typeof runState>;
export const stepRunState = z.enum(["waiting", "running", "done", "failed", "cancelled", "blocked", "skipped"]);
export type StepRunState = z.infer<typeof stepRunState>;

/** What a step run has done so far; exact once it is done. */
export const stepRunView = z.strictObject({
  nodeId: z.string(),
  stepId: z.string(),
  title: z.string(),
  fingerprint: z.string(),
  state: stepRunState,
  /** Done because its result was already there. */
  fromCache: z.boolean(),
  rowsTotal: z.int().nullable(),
  rowsDone: z.int(),
  rowsOut: z.int(),
  rejected: z.int(),
  failed: z.int(),
  calls: z.int(),
  callsCached: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  costMicros: z.int(),
  /** Values of its sampling that the model was sent otherwise, with the number of calls; known once it is done. */
  changed: z.array(changedCalls),
  /** Rows a second over the last seconds, and time left; null while not known. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** A trainer step's progress: phase, step of totalSteps. */
  training: z
    .strictObject({
      id: z.string(),
      phase: z.string(),
      step: z.int(),
      totalSteps: z.int().nullable(),
      modelId: z.string(),
      /** Held until it is resumed: it has checkpointed and given its device back. */
      paused: z.boolean(),
      /** Why it is not begun, where that is more than its turn. */
      waitsForDevice: waitsForDevice.nullable(),
      notes: z.array(z.strictObject({ code: z.string(), data: z.record(z.string(), z.unknown()) })),
    })
    .nullable(),
  /** Calls handed to the provider as batches, while any are open; `deadline` is the latest of theirs, null until they are taken. */
  batch: z.strictObject({ total: z.int(), done: z.int(), deadline: z.string().nullable(), error: errorRecord.nullable() }).nullable(),
  /** What it waits for, where that is not another step: the trainer to be there, or to have time for it. */
  waitsFor: z.enum(["trainer", "provider"]).nullable(),
  error: errorRecord.nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type StepRunView = z.infer<typeof stepRunView>;

export const runView = z.strictObject({
  id: z.string(),
  workflowId: z.string().nullable(),
  name: z.string(),
  target: runTarget,
  rowLimit: z.int().nullable(),
  state: runState,
  /** Millionths of a US dollar that its calls may cost; null for no bound. */
  budgetMicros: z.int().nullable(),
  /** Why it failed, or why it paused by itself. */
  error: errorRecord.nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  steps: z.array(stepRunView),
});
export type RunView = z.infer<typeof runView>;

const runId = z.strictObject({ runId: z.string() });

export const startRun = defineContract({
  method: "POST",
  path: "/workflows/{workflowId}/runs",
  summary: "Run a workflow as it is saved. A second start while one runs gives that one",
  access: "user",
  params: z.strictObject({ workflowId: z.string() }),
  body: z.strictObject({
    target: runTarget.default({ kind: "all" }),
    rowLimit: z.int().positive().nullable().default(null),
    /** Run steps again whose results have failed rows. The call cache answers for the others, so only the failed ones call. */
    retryFailed: z.boolean().default(false),
    /** Millionths of a US dollar. When the calls of the run have cost that much it pauses; nothing is lost. */
    budgetMicros: z.int().positive().nullable().default(null),
    /** Parameters to override, by node id. */
    overrides: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  }),
  response: runView,
});

export const listRuns = defineContract({
  method: "GET",
  path: "/runs",
  summary: "Runs, newest first",
  access: "user",
  query: z.strictObject({
    workflowId: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    offset: z.coerce.number().int().min(0).default(0),
  }),
  response: z.strictObject({ runs: z.array(runView), total: z.int() }),
});

export const readRun = defineContract({
  method: "GET",
  path: "/runs/{runId}",
  summary: "A run and its steps",
  access: "user",
  params: runId,
  response: runView,
});

export const readRunDocument = defineContract({
  method: "GET",
  path: "/runs/{runId}/document",
  summary: "The workflow as it was when the run started",
  access: "user",
  params: runId,
  response: workflowDocument,
});

export const cancelRun = defineContract({
  method: "POST",
  path: "/runs/{runId}/cancel",
  summary: "Cancel a run; finished rows stay in the caches",
  access: "user",
  params: runId,
  response: runView,
});

export const pauseRun = defineContract({
  method: "POST",
  path: "/runs/{runId}/pause",
  summary: "Pause a run: calls under way are finished and kept, no other is made until it is resumed",
  access: "user",
  params: runId,
  response: runView,
});

export const resumeRun = defineContract({
  method: "POST",
  path: "/runs/{runId}/resume",
  summary: "Go on with a paused run, with another budget if one is given",
  access: "user",
  params: runId,
  body: z.strictObject({ budgetMicros: z.int().positive().nullable().optional() }),
  response: runView,
});

/** Server-sent events: `event: run`, data: RunView, at once and then on every change, at most five a second. */
export const watchRun = defineContract({
  method: "GET",
  path: "/runs/{runId}/events",
  summary: "A run as it goes: server-sent events named `run`, each a whole run as JSON",
  access: "user",
  params: runId,
});
