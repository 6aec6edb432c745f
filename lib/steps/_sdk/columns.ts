import { z } from "zod";

/**
 * What a cell holds, as far as a person needs to know. `vector`: 32-bit numbers, an embedding. `messages`: a conversation, a
 * list of {role, content, …}. `tools`: what a model may call, a list of {type, function}. `image`: {bytes, path}, as `datasets`
 * stores it. `unknown` until a run has shown it.
 */
export const columnType = z.enum([
  "text",
  "integer",
  "number",
  "boolean",
  "date",
  "time",
  "timestamp",
  "binary",
  "image",
  "list",
  "vector",
  "object",
  "messages",
  "tools",
  "unknown",
]);
export type ColumnType = z.infer<typeof columnType>;

/** Types that are another one with a meaning of their own: what takes a list takes a conversation. */
const broader: Partial<Record<ColumnType, ColumnType>> = { messages: "list", tools: "list", image: "object", date: "timestamp", time: "text", binary: "text" };

/** Whether a column of type `type` can stand where one of `wanted` is asked for. */
export function isType(type: ColumnType, wanted: ColumnType): boolean {
  return type === wanted || broader[type] === wanted;
}

/** Whether a cell has parts, and so is shown and sent as JSON. */
export function isNested(type: ColumnType): boolean {
  return type === "vector" || isType(type, "list") || isType(type, "object");
}

export const column = z.strictObject({
  name: z.string(),
  type: columnType,
  /** The whole type as DuckDB writes it, such as `STRUCT(a INTEGER)[]` or `DECIMAL(18,2)`, once it is known. */
  shape: z.string().optional(),
});
export type Column = z.infer<typeof column>;
