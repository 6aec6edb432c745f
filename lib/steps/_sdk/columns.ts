import { z } from "zod";

/** What a cell holds, as far as a person needs to know. `unknown` until a run has shown it. */
export const columnType = z.enum(["text", "integer", "number", "boolean", "timestamp", "list", "object", "unknown"]);
export type ColumnType = z.infer<typeof columnType>;

export const column = z.strictObject({ name: z.string(), type: columnType });
export type Column = z.infer<typeof column>;

/** Names that start like this are Reverie's own: row numbers, lineage, call records. */
export const RESERVED_PREFIX = "__";
