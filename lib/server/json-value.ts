import type { Prisma } from "./prisma-client/client";

/** A value that came from a schema of JSON, as Prisma's type for a JSON column. */
export function jsonValue(value: object): Prisma.InputJsonValue {
  return value;
}
