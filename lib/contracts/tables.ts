import { namedValues } from "@/lib/core/named-values";
import { z } from "zod";
import { column } from "@/lib/steps/_sdk/columns";
import { defineContract } from "./contract";
import { errorRecord } from "./errors";
import { stepNote } from "./step-note";

/**
 * A table by what made it: `fp~<fingerprint>~<port>` for a stored result, `run~<run id>~<node id>~<port>` for a step of a
 * run, which may still be growing.
 */
const tableId = z.strictObject({ tableId: z.string().regex(/^(fp~[0-9a-f]{64}|run~[\w-]+~[\w.-]+)~[\w-]+$/) });

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const jsonQuery = z.string().max(20000).transform(json).optional();

export const tableView = z.strictObject({
  columns: z.array(column),
  rows: z.int(),
  rejected: z.int(),
  failed: z.int(),
  /** False while the step still runs. */
  complete: z.boolean(),
  /** What the step that made it decided by itself. */
  notes: z.array(stepNote),
  /** The tables it was made from: id, port and title of each, by position (`IN0`, `IN1`, …). */
  inputs: z.array(z.strictObject({ tableId: z.string(), port: z.string() })),
});

export const readTable = defineContract({
  method: "GET",
  path: "/tables/{tableId}",
  summary: "Columns and counts of a step's table",
  access: "user",
  params: tableId,
  response: tableView,
});

export const tableRow = z.strictObject({
  /** Row number in the table, from 0. */
  row: z.int(),
  values: namedValues(z.unknown()),
  /** Columns whose value was cut for the page; the row itself has it whole. */
  cut: z.array(z.string()),
});

export const readRows = defineContract({
  method: "GET",
  path: "/tables/{tableId}/rows",
  summary: "A page of rows",
  access: "user",
  params: tableId,
  query: z.strictObject({
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    /** JSON: [{column, descending}] */
    sort: jsonQuery,
    /** JSON: lib/tables/filter-ast.ts */
    filter: jsonQuery,
    search: z.string().max(1000).optional(),
    /** `later` answers as soon as the page is full, and leaves it to another request to count the rows behind it. */
    count: z.enum(["now", "later"]).default("now"),
  }),
  /** `total` is of the rows that match; where not `counted`, of those up to the end of the page. */
  response: z.strictObject({ rows: z.array(tableRow), total: z.int(), counted: z.boolean() }),
});

export const callDetail = z.strictObject({
  key: z.string(),
  cached: z.boolean(),
  attempts: z.int(),
  latencyMs: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  costMicros: z.int(),
  /** From the call cache; null where it was removed. */
  model: z.string().nullable(),
  request: z.unknown().nullable(),
  /** The answer alone. */
  reply: z.string().nullable(),
  /** What the model thought before it, where that is told. */
  thinking: z.string().nullable(),
  toolCalls: z.array(z.strictObject({ id: z.string(), name: z.string(), arguments: z.string() })),
  /** Of the prompt's tokens, those the provider had cached; of the completion's, those spent thinking. */
  cachedTokens: z.int(),
  reasoningTokens: z.int(),
  finishReason: z.string().nullable(),
});

export const rowDetail = z.strictObject({
  row: z.int(),
  values: namedValues(z.unknown()),
  call: callDetail.nullable(),
  /** Rows it came from, nearest first, back to the source. */
  ancestors: z.array(
    z.strictObject({ tableId: z.string(), stepTitle: z.string(), row: z.int(), values: namedValues(z.unknown()) }),
  ),
});

export const readRow = defineContract({
  method: "GET",
  path: "/tables/{tableId}/rows/{row}",
  summary: "One row whole: cells, the call behind it, the rows it came from",
  access: "user",
  params: tableId.extend({ row: z.coerce.number().int().min(0) }),
  response: rowDetail,
});

const bins = z.array(z.strictObject({ from: z.number(), to: z.number(), count: z.int() }));
export const columnProfile = z.strictObject({
  ...column.shape,
  nulls: z.int(),
  distinct: z.int().nullable(),
  /** Numbers: over the values. Text and lists: over the lengths. */
  histogram: bins,
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  topValues: z.array(z.strictObject({ value: z.string(), count: z.int() })),
});

export const readProfile = defineContract({
  method: "GET",
  path: "/tables/{tableId}/profile",
  summary: "A small profile of each column",
  access: "user",
  params: tableId,
  response: z.strictObject({ rows: z.int(), sampled: z.int().nullable(), columns: z.array(columnProfile) }),
});

export const readIssues = defineContract({
  method: "GET",
  path: "/tables/{tableId}/issues",
  summary: "Rows that were rejected or failed, with their reasons",
  access: "user",
  params: tableId,
  query: z.strictObject({
    kind: z.enum(["rejected", "failed"]),
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  response: z.strictObject({
    total: z.int(),
    /** Counts by reason. */
    reasons: z.array(z.strictObject({ code: z.string(), count: z.int() })),
    issues: z.array(
      z.strictObject({
        inputRow: z.int().nullable(),
        error: errorRecord,
        /** The input row's cells, cut. */
        values: namedValues(z.unknown()).nullable(),
        callKey: z.string().nullable(),
      }),
    ),
  }),
});

export const downloadTable = defineContract({
  method: "GET",
  path: "/tables/{tableId}/download",
  summary: "The whole table as a file",
  access: "user",
  params: tableId,
  query: z.strictObject({
    format: z.enum(["parquet", "jsonl", "csv", "xlsx"]),
    /** CSV: begins with a byte order mark, and text that a spreadsheet would run as a formula is prefixed with an apostrophe. */
    spreadsheetSafe: z.enum(["true", "false"]).default("false"),
  }),
});

const fingerprint = z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{64}$/) });

export const readResult = defineContract({
  method: "GET",
  path: "/results/{fingerprint}",
  summary: "What a step left: tables, models, files, rows that did not come out",
  access: "user",
  params: fingerprint,
  response: z.strictObject({
    tables: z.array(z.strictObject({ port: z.string(), rows: z.int() })),
    models: z.array(z.strictObject({ port: z.string(), connection: z.string(), model: z.string() })),
    files: z.array(z.strictObject({ name: z.string(), bytes: z.int() })),
    issues: z.strictObject({ rejected: z.int(), failed: z.int() }),
    totals: z.strictObject({
      rowsIn: z.int(),
      rowsOut: z.int(),
      rejected: z.int(),
      failed: z.int(),
      calls: z.int(),
      callsCached: z.int(),
      promptTokens: z.int(),
      completionTokens: z.int(),
      costMicros: z.int(),
      seconds: z.number(),
    }),
  }),
});

export const downloadKeptFile = defineContract({
  method: "GET",
  path: "/results/{fingerprint}/files/{name}",
  summary: "A file that an export step made",
  access: "user",
  params: fingerprint.extend({ name: z.string().max(300) }),
});

export const storedTable = z.strictObject({
  tableId: z.string(),
  workflow: z.string(),
  /** Title of the step. */
  step: z.string(),
  port: z.string(),
  rows: z.int(),
  createdAt: z.string(),
});

export const listStoredTables = defineContract({
  method: "GET",
  path: "/stored-tables",
  summary: "The latest tables that steps of any workflow have made; with `current`, also what that one is and whether its step has run again since",
  access: "user",
  query: z.strictObject({ search: z.string().max(200).default(""), current: z.string().max(300).default("") }),
  response: z.strictObject({
    tables: z.array(storedTable),
    current: storedTable.extend({ newer: z.string().nullable() }).nullable(),
  }),
});

export const deleteResult = defineContract({
  method: "DELETE",
  path: "/results/{fingerprint}",
  summary: "Forget a result and remove its files; kept replies stay",
  access: "admin",
  params: fingerprint,
});
