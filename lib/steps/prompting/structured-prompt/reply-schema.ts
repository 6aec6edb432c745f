import { valueNamed } from "@/lib/core/named-values";
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { JsonSchema } from "@/lib/llm/chat";
import type { Column, ColumnType } from "../../_sdk/columns";
import type { StepProblem } from "../../_sdk/define-step";

export const fieldTypes = ["text", "integer", "number", "boolean", "choice", "texts"] as const;

interface Field {
  name: string;
  type: (typeof fieldTypes)[number];
  description: string;
  choices: string[];
}

/** The shape of a reply: what the model is told, the columns it fills, and the check. */
export interface ReplySchema {
  schema: JsonSchema;
  columns: Column[];
  validate: (value: unknown) => { value: Record<string, unknown> } | { fault: string };
}

const columnTypes: Record<string, ColumnType> = { string: "text", integer: "integer", number: "number", boolean: "boolean", array: "list", object: "object" };

function toProperty({ type, description, choices }: Field): JsonSchema {
  const told = description === "" ? {} : { description };
  if (type === "choice") return { type: "string", enum: choices, ...told };
  if (type === "texts") return { type: "array", items: { type: "string" }, ...told };
  return { type: type === "text" ? "string" : type, ...told };
}

function toSchema(fields: readonly Field[]): JsonSchema {
  return { type: "object", properties: Object.fromEntries(fields.map((field) => [field.name, toProperty(field)])), required: fields.map(({ name }) => name), additionalProperties: false };
}

/** A type may be a list, such as `["string", "null"]`, or be left to an enum. */
function columnTypeOf(property: unknown): ColumnType {
  const { type, enum: choices } = (typeof property === "object" && property !== null ? property : {}) as { type?: unknown; enum?: unknown };
  const named: unknown = Array.isArray(type) ? type.find((one) => one !== "null") : type;
  if (typeof named === "string") return valueNamed(columnTypes, named) ?? "object";
  return Array.isArray(choices) && choices.every((choice) => typeof choice === "string") ? "text" : "object";
}

function checkFields(fields: readonly Field[]): Omit<StepProblem, "param"> | null {
  if (fields.length === 0) return { code: "param_required", data: { param: "fields" } };
  if (fields.some(({ name }) => name.trim() === "")) return { code: "schema_invalid", data: { detail: "a field has no name" } };
  const empty = fields.find(({ type, choices }) => type === "choice" && choices.length === 0);
  return empty ? { code: "schema_invalid", data: { detail: `“${empty.name}” has no choices` } } : null;
}

/** The shape that the fields, or a pasted schema, describe. */
export function readSchema({ fields, schema }: { fields: readonly Field[]; schema: string }): ReplySchema | { problem: Omit<StepProblem, "param"> } {
  const isPasted = schema.trim() !== "";
  const broken = isPasted ? null : checkFields(fields);
  if (broken) return { problem: broken };
  try {
    const read = isPasted ? (JSON.parse(schema) as JsonSchema) : toSchema(fields);
    const properties = read["properties"];
    if (read["type"] !== "object" || typeof properties !== "object" || properties === null) return { problem: { code: "schema_invalid", data: { detail: "it must be of an object with “properties”" } } };
    const checker = z.fromJSONSchema(read);
    return {
      schema: read,
      columns: Object.entries(properties).map(([name, property]) => ({ name, type: columnTypeOf(property) })),
      validate(value) {
        const checked = checker.safeParse(value);
        if (!checked.success) return { fault: z.prettifyError(checked.error) };
        return { value: checked.data as Record<string, unknown> };
      },
    };
  } catch (error) {
    return { problem: { code: "schema_invalid", data: { detail: error instanceof Error ? error.message : String(error) } } };
  }
}

/** Of parameters that have passed the step's check. */
export function readSchemaOrThrow(params: { fields: readonly Field[]; schema: string }): ReplySchema {
  const read = readSchema(params);
  if ("problem" in read) throw new AppError(read.problem.code, read.problem.data);
  return read;
}
