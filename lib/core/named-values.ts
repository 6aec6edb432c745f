import { z } from "zod";

/**
 * What a record holds under a name that a person chose. A plain object answers to `constructor`, `valueOf` and `__proto__`
 * too, which nobody put there.
 */
export function valueNamed<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A record by names that people chose. Zod's own record makes a new object, in which there is no member `__proto__`. */
export function namedValues<Value>(value: z.ZodType<Value>): z.ZodType<Record<string, Value>> {
  const { $schema: _, ...meta } = z.toJSONSchema(z.record(z.string(), value), { unrepresentable: "any" }) as Record<string, unknown>;
  const checked = z.unknown().superRefine((given, context) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      context.addIssue({ code: "invalid_type", expected: "record", input: given });
      return;
    }
    for (const [name, member] of Object.entries(given)) {
      for (const issue of value.safeParse(member).error?.issues ?? []) context.addIssue({ ...issue, path: [name, ...issue.path] });
    }
  });
  return checked.meta(meta) as unknown as z.ZodType<Record<string, Value>>;
}
