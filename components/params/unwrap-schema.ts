import { z } from "zod";

/** The schema inside of null, optional and default, and whether null may stand in its place. */
export function unwrapSchema(schema: z.ZodType): { inner: z.ZodType; nullable: boolean } {
  if (schema instanceof z.ZodNullable) return { inner: unwrapSchema(schema.unwrap() as z.ZodType).inner, nullable: true };
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapSchema(schema.unwrap() as z.ZodType);
  return { inner: schema, nullable: false };
}
