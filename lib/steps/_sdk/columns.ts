import { z } from "zod";

/** What a cell holds, as far as a person needs to know. `vector`: 32-bit numbers, an embedding. `unknown` until a run has shown it. */
export const columnType = z.enum(["text", "integer", "number", "boolean", "timestamp", "list", "vector", "object", "unknown"]);
export type ColumnType = z.infer<typeof columnType>;

/** Whether a cell has parts, and so is shown and sent as JSON. */
export function isNested(type: ColumnType): boolean {
  return type === "list" || type === "vector" || type === "object";
}

export const column = z.strictObject({ name: z.string(), type: columnType });
export type Column = z.infer<typeof column>;
