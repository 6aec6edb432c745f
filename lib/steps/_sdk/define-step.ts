import type { z } from "zod";
import type { ErrorCode } from "@/lib/core/error-catalogue";
import type { ErrorData } from "@/lib/core/app-error";
import type { Column } from "./columns";

export type PortType = "table" | "model";

export interface InputPort {
  name: string;
  type: PortType;
  /** A step with an unconnected required port cannot run. */
  required: boolean;
  /** Takes several edges, in order. */
  many?: boolean;
  /** A table that is read beside the one whose rows go through the step: its own rows are not accounted for. */
  side?: boolean;
  /** Takes what is there of its edges: rounds that were not run are left out. */
  partial?: boolean;
}

export interface OutputPort {
  name: string;
  type: PortType;
}

/** Something wrong with a step, found while drawing. `param` names the form field it belongs to. */
export interface StepProblem {
  code: ErrorCode;
  data: ErrorData;
  param?: string;
}

/** Columns of one output port; null where only a run or a probe can tell. */
export type PortColumns = Column[] | null;

export interface CheckContext<Params> {
  params: Params;
  /** Columns of each connected table, by input port, in edge order; null where not yet known. */
  inputs: Record<string, PortColumns[]>;
  /** Columns found by the step's probe (sources whose columns are outside of the document), if it has run. */
  probed: Column[] | null;
}

export interface CheckResult {
  /** By output port of type `table`. */
  columns: Record<string, PortColumns>;
  problems: StepProblem[];
  /** Columns of the step's own that get another name than their parameter says, because the input has that name. */
  renamed?: RenamedColumn[];
}

export interface RenamedColumn {
  /** The form field that names the column. */
  param: string;
  wanted: string;
  name: string;
}

/** A drawing of a small table, by output port: a bar a row, a field a pair, or a line a row. Columns are the table's. */
export type Chart =
  | { kind: "bars"; port: string; label: string; values: readonly string[] }
  | { kind: "heatmap"; port: string; row: string; column: string; value: string }
  /** A line a row over an axis a column, those in `leaveOut` not; coloured by `value`, and stressed where `best` is true. */
  | { kind: "parallel"; port: string; value: string; best: string; leaveOut: readonly string[] };

export const stepCategories = ["sources", "prompting", "tables", "train", "evaluate", "out"] as const;
export type StepCategory = (typeof stepCategories)[number];

/**
 * What a step is: read by browser and worker alike, no I/O. What it does is in `runner.ts` beside it; its words are in
 * `messages.en.json`: `title`, `description`, `summary` (ICU, over `summaryValues`), `ports.<name>`, `params.<name>.{label,help}`.
 */
export interface StepDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** Equal to the folder's name. */
  id: string;
  /** Rises when the same parameters and input would give another output. */
  version: number;
  category: StepCategory;
  /** A lucide icon, in kebab-case. */
  icon: string;
  searchAliases: readonly string[];
  inputs: readonly InputPort[];
  /** Output ports, which the parameters may decide. */
  outputs(params: z.infer<Schema>): readonly OutputPort[];
  params: Schema;
  /** Parameters a new step starts with; must parse unless `incomplete` lists what a person has to fill in. */
  defaults: z.input<Schema>;
  /** Parameters that have no sensible default (a file, a column, an instruction). */
  incomplete?: readonly string[];
  /** Values for the one-line summary on the card. */
  summaryValues(params: z.infer<Schema>): Record<string, string | number>;
  /** Output columns and problems, from parameters and input columns, before any run. */
  check(context: CheckContext<z.infer<Schema>>): CheckResult;
  /** `seeded`: the same seed gives the same output. `external`: the world may answer differently next time. */
  effects: "pure" | "seeded" | "external";
  resource: "cpu" | "llm" | "gpu";
  /** Parameters that do not change the output and so are not part of the fingerprint. */
  identityExcludes?: readonly string[];
  /** What of its tables is drawn beside being listed. */
  charts?: readonly Chart[];
  /** The planner puts it between drawn steps; people are not offered it. */
  planned?: boolean;
  /** Shown before a run: what it would say to its model for the first row, or the first chunks of its first document (`preview.ts`). */
  preview?: "prompt" | "chunks";
  /** It has a `probe.ts`: its columns come from outside (a file, a Hub data set). */
  probed?: boolean;
}

/** Keeps the literal types of a definition. */
export function defineStep<Schema extends z.ZodObject>(definition: StepDefinition<Schema>): StepDefinition<Schema> {
  return definition;
}

/** Any step. Parameters are checked by the step's own schema before they reach its functions. */
export type AnyStepDefinition = StepDefinition;
