import { z } from "zod";
import { unwrapSchema } from "./unwrap-schema";

/** An entry of a list of objects. */
export type Entry = Record<string, unknown>;

/** The member's own default, the first choice, no, an empty list, or nothing yet. */
function startValue(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault) return schema.parse(undefined);
  const { inner, nullable } = unwrapSchema(schema);
  if (nullable) return null;
  if (inner instanceof z.ZodArray) return [];
  if (inner instanceof z.ZodEnum) return inner.options[0];
  return inner instanceof z.ZodBoolean ? false : "";
}

/** What a new entry starts with. */
export function startEntry(shape: Record<string, z.ZodType>): Entry {
  return Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, startValue(member)]));
}

/** Like a parameter, a member may be shown only while another member of its entry has a certain value. */
export function isMemberShown(member: z.ZodType, entry: Entry): boolean {
  const { visibleWhen } = member.meta() ?? {};
  return !visibleWhen || visibleWhen.is.includes(entry[visibleWhen.param]);
}
