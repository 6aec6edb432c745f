import { z } from "zod";
import { unwrapSchema } from "@/components/params/unwrap-schema";
import type { ParamField } from "@/lib/steps/_sdk/param-fields";
import type { SearchRange } from "@/lib/workflow/document";

const POINTS = 3;
/** How far a first range goes from the value that the step has, to both sides. */
const FAR = { number: 10, integer: 4 };

/** What a parameter is first tried with: around the value that it has, or all that it may be. */
export function suggestRange(field: ParamField, schema: z.ZodType, value: unknown): SearchRange {
  const { inner } = unwrapSchema(schema);
  if (field.kind === "switch") return { kind: "values", values: [false, true] };
  if (inner instanceof z.ZodEnum) return { kind: "values", values: inner.options };
  if ((field.kind === "number" || field.kind === "integer") && typeof value === "number" && value > 0) {
    const { minValue, maxValue } = inner as z.ZodNumber;
    const within = (number: number) => Math.min(maxValue ?? Infinity, Math.max(minValue ?? -Infinity, number));
    const round = (number: number) => (field.kind === "integer" ? Math.round(number) : Number(number.toPrecision(6)));
    const low = round(within(Math.max(value / FAR[field.kind], field.kind === "integer" ? 1 : 0)));
    const high = round(within(value * FAR[field.kind]));
    // A share, such as a dropout, ends at one; other numbers differ by their size.
    if (low > 0 && low < high) return { kind: "range", low, high, scale: field.kind === "integer" || high <= 1 && low >= 0.01 ? "linear" : "log", whole: field.kind === "integer", points: POINTS };
  }
  return { kind: "values", values: [value ?? null] };
}
