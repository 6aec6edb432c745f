import { z } from "zod";

export const filterOperators = [
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "contains",
  "startsWith",
  "isNull",
  "notNull",
  "in",
  "matches",
] as const;
export type FilterOperator = (typeof filterOperators)[number];

const scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);
export type FilterScalar = z.infer<typeof scalar>;

export interface FilterCondition {
  column: string;
  op: FilterOperator;
  /** A list for `in`, nothing for `isNull` and `notNull`. `matches` takes an RE2 expression. `contains` and `startsWith` mind neither case nor, unless the value has some, accents; all others do. */
  value?: FilterScalar | FilterScalar[] | undefined;
}

/** A condition over the columns of a table. Without a value on either side of it a comparison is false, except `ne`. */
export type FilterAst =
  | FilterCondition
  | { and: FilterAst[] }
  | { or: FilterAst[] }
  | { not: FilterAst };

const MAX_DEPTH = 20;
const MAX_MEMBERS = 1000;

const node: z.ZodType<FilterAst> = z.lazy(() =>
  z.union([
    z.strictObject({
      column: z.string(),
      op: z.enum(filterOperators),
      value: z.union([scalar, z.array(scalar).max(MAX_MEMBERS)]).optional(),
    }),
    z.strictObject({ and: z.array(node).max(100) }),
    z.strictObject({ or: z.array(node).max(100) }),
    z.strictObject({ not: node }),
  ]),
);

/** Measured before the recursive schema sees it, so that no nesting can exhaust the stack. */
function isSmall(value: unknown): boolean {
  let level: unknown[] = [value];
  let members = 0;
  for (let depth = 0; level.length > 0; depth++) {
    members += level.length;
    if (depth > MAX_DEPTH || members > MAX_MEMBERS * 4) return false;
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null
        ? Object.values(item as Record<string, unknown>)
        : [],
    );
  }
  return true;
}

export const filterAst = z
  .unknown()
  .refine(isSmall, "The filter is nested too deeply or too long.")
  .pipe(node);
