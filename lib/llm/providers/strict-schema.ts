import type { JsonSchema } from "../chat";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The schema as constrained modes want it: objects closed, and all members required where the schema does not say which.
 * What it does say stays.
 */
export function strictSchema(schema: JsonSchema): JsonSchema {
  const mend = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mend);
    if (!isObject(value)) return value;
    const mended = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mend(member)]));
    if (value.type !== "object" || !isObject(value.properties)) return mended;
    return { additionalProperties: false, required: Object.keys(value.properties), ...mended };
  };
  return mend(schema) as JsonSchema;
}
