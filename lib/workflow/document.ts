import { z } from "zod";

/** Version of the document's shape. A change of shape adds a migration in `migrate-document.ts`. */
export const DOCUMENT_VERSION = 2;

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const endpoint = z.strictObject({ node: id, port: z.string().min(1).max(64) });

/** A step as drawn. `params` are checked by the step's own schema, so that a document with an unfinished step still opens. */
export const workflowNode = z.strictObject({
  id,
  /** Id of the step in the catalogue, e.g. `process-with-prompt`. */
  step: z.string().min(1).max(100),
  title: z.string().max(200),
  params: z.record(z.string(), z.unknown()),
  /** Canvas pixels. */
  position: z.strictObject({ x: z.number(), y: z.number() }),
  disabled: z.boolean().default(false),
  /** `off`: each run makes it anew, calls and all. */
  cache: z.enum(["on", "off"]).default("on"),
  /** The group it belongs to. */
  group: id.nullable().default(null),
});

export const workflowEdge = z.strictObject({ id, from: endpoint, to: endpoint });

/** Most rounds of a group. */
export const MAX_ROUNDS = 100;

export const comparisons = ["at-least", "at-most"] as const;

/** When a repeated group stops before its last round. `output` is a table that a step of the group makes in each round. */
export const stopRule = z.discriminatedUnion("kind", [
  /** Once the rows of all rounds so far are that many. What steps outside get is cut to just that many. */
  z.strictObject({ kind: z.literal("rows"), output: endpoint, rows: z.int().min(1).max(1_000_000_000) }),
  /** Once the first row of the round has such a number. */
  z.strictObject({ kind: z.literal("value"), output: endpoint, column: z.string().min(1).max(500), comparison: z.enum(comparisons), value: z.number() }),
]);

/** Rounds: the steps of a group run again and again, each round on its own. */
export const groupRepeat = z.strictObject({
  /** How often at most. */
  rounds: z.int().min(1).max(MAX_ROUNDS),
  /** An output of a round that feeds a port in the next one, in place of the edge that feeds it in the first. */
  carries: z.array(z.strictObject({ from: endpoint, to: endpoint })).max(100),
  stop: stopRule.nullable(),
  /** What steps outside of the group get of a table: the rows of all rounds, in order, or those of the last. Of a model, always the last. */
  result: z.enum(["all", "last"]),
  /** Parameters that differ in some rounds, by the round's number from 1; the other rounds have the step's own. */
  varies: z.array(z.strictObject({ node: id, param: z.string().min(1).max(100), values: z.record(z.string().regex(/^[1-9]\d{0,2}$/), z.unknown()) })).max(500),
});

/** Most trials of a sweep. */
export const MAX_TRIALS = 200;
/** Most values that a parameter may take in a grid. */
const MAX_VALUES = 100;

/** What a parameter may be in a trial. */
export const searchRange = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("values"), values: z.array(z.unknown()).max(MAX_VALUES) }),
  /** Numbers from `low` to `high`, both included; `points` of them, evenly spaced on their scale, in a grid. */
  z.strictObject({ kind: z.literal("range"), low: z.number(), high: z.number(), scale: z.enum(["linear", "log"]), whole: z.boolean(), points: z.int().min(1).max(MAX_VALUES) }),
]);

export const searchKinds = ["grid", "random", "bayesian"] as const;
export const pruneRules = ["median", "halving", "hyperband"] as const;

/** A sweep: the steps of a group run as trials, each with parameters of its own, and the best of them is the group's outcome. */
export const groupSweep = z.strictObject({
  /** `grid`: every combination, in order. `random`: drawn by the seed. `bayesian`: drawn by what the trials before gave (TPE). */
  search: z.enum(searchKinds),
  /** How many at most. */
  trials: z.int().min(1).max(MAX_TRIALS),
  /** Trials under way at once. A later trial knows the outcomes of those that were not under way beside it, whatever took how long. */
  parallel: z.int().min(1).max(50),
  seed: z.int().min(0).max(2 ** 31 - 1),
  space: z.array(z.strictObject({ node: id, param: z.string().min(1).max(100), range: searchRange })).max(50),
  /** What is best: a number in the first row of a table, or a measure of a model on its validation rows. Null while a person has not said. */
  objective: z.strictObject({ output: endpoint, column: z.string().min(1).max(500), direction: z.enum(["maximise", "minimise"]) }).nullable(),
  /** Ends trainings early whose validation loss falls behind that of the trials before; null for none. */
  prune: z.strictObject({ rule: z.enum(pruneRules), startup: z.int().min(1).max(MAX_TRIALS) }).nullable(),
});

/** Steps that belong together: a frame on the canvas, rounds where `repeat` says so, trials where `sweep` does. A step says itself which group it is in. */
export const workflowGroup = z
  .strictObject({ id, title: z.string().max(200), repeat: groupRepeat.nullable().default(null), sweep: groupSweep.nullable().default(null) })
  .refine(({ repeat, sweep }) => repeat === null || sweep === null, "a group has rounds or trials, not both");

export const noteColors = ["grey", "yellow", "green", "blue", "red"] as const;

/** A person's note on the canvas. It is never part of what runs. */
export const workflowNote = z.strictObject({
  id,
  text: z.string().max(20_000),
  /** Canvas pixels. */
  position: z.strictObject({ x: z.number(), y: z.number() }),
  size: z.strictObject({ width: z.number().min(40).max(4000), height: z.number().min(40).max(4000) }),
  color: z.enum(noteColors).default("yellow"),
});

/** A workflow: steps and the edges between their ports. Edges into a port that takes many are used in the order of this list. */
export const workflowDocument = z.strictObject({
  version: z.literal(DOCUMENT_VERSION),
  name: z.string().min(1).max(200),
  nodes: z.array(workflowNode).max(2000),
  edges: z.array(workflowEdge).max(10000),
  groups: z.array(workflowGroup).max(500).default([]),
  notes: z.array(workflowNote).max(1000).default([]),
});

export type WorkflowDocument = z.infer<typeof workflowDocument>;
export type WorkflowNode = z.infer<typeof workflowNode>;
export type WorkflowEdge = z.infer<typeof workflowEdge>;
export type WorkflowGroup = z.infer<typeof workflowGroup>;
export type WorkflowNote = z.infer<typeof workflowNote>;
export type GroupRepeat = z.infer<typeof groupRepeat>;
export type GroupSweep = z.infer<typeof groupSweep>;
export type SearchRange = z.infer<typeof searchRange>;
export type StopRule = z.infer<typeof stopRule>;
/** A port of a step. */
export type Endpoint = z.infer<typeof endpoint>;

/** A step with what a new one has. */
export function createNode(fields: Pick<WorkflowNode, "id" | "step" | "title" | "params"> & Partial<WorkflowNode>): WorkflowNode {
  return { position: { x: 0, y: 0 }, disabled: false, cache: "on", group: null, ...fields };
}

export function createEmptyDocument(name: string): WorkflowDocument {
  return { version: DOCUMENT_VERSION, name, nodes: [], edges: [], groups: [], notes: [] };
}
