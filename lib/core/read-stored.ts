import type { z } from "zod";
import { logger } from "./logger";

/**
 * A value as it was stored, by its contract; `otherwise` if it does not hold to it. What is written is checked strictly. What
 * is read may come from another version or from a fault that is mended since, and one such record must not take down every
 * list that it stands in.
 */
export function readStored<Schema extends z.ZodType, Otherwise>(schema: Schema, value: unknown, otherwise: Otherwise, what: string): z.output<Schema> | Otherwise {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // The places alone: what stands there may be a person's own text.
  logger.warn("stored_record_unreadable", { what, places: parsed.error.issues.map(({ path }) => path.join(".")).join(", ").slice(0, 500) });
  return otherwise;
}

/** Those entries of a stored list that hold to their contract. */
export function readStoredList<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema>[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    const parsed = readStored(schema.transform((one) => [one]), entry, null, what);
    return parsed ?? [];
  });
}
