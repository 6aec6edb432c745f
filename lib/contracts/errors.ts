import { z } from "zod";

/** What a message can name. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Where and which: the values named in the message. */
export const errorData = z.record(z.string(), scalar);

/** Body of every reply that is not 2xx. */
export const errorReply = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    data: errorData,
  }),
});
export const errorRecord = errorReply.shape.error;
/** Of a stored error, whose code may be another version's. */
export type ErrorRecord = z.infer<typeof errorRecord>;

const anyRecord = z.record(z.string(), z.unknown()).catch({});

/** An error as it was stored, whoever wrote it: what is no value of a message is kept as its JSON. Null where none is stored. */
export function readStoredError(stored: unknown): ErrorRecord | null {
  if (stored === null || stored === undefined) return null;
  const { code, message, data } = anyRecord.parse(stored);
  const values = Object.entries(anyRecord.parse(data)).map(([name, value]) => [name, scalar.safeParse(value).data ?? (value === null ? null : JSON.stringify(value))] as const);
  return {
    code: typeof code === "string" ? code : "internal",
    message: typeof message === "string" ? message : typeof stored === "string" ? stored : JSON.stringify(stored),
    data: Object.fromEntries(values),
  };
}
