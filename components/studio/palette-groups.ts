import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";

/** Sub-headings of the one category that is too long to read through. A step that is not named here stands under `other`. */
const groups = {
  rows: ["filter-rows", "select-rows", "branch", "sort", "take", "skip", "sample", "shuffle", "shard", "split", "deduplicate", "drop-nulls", "reverse", "add-row", "window"],
  columns: ["select-columns", "drop-columns", "rename-columns", "cast", "fill-nulls", "map-column"],
  combine: ["join", "concat", "zip", "group", "pivot", "explode", "implode"],
  text: ["template-text", "split-text", "join-text", "regex-extract", "regex-replace", "extract-json", "parse-json"],
  search: ["retrieve", "cosine-similarity"],
  code: ["sql", "javascript"],
} as const;

export type PaletteGroup = keyof typeof groups | "other";

const groupOf = new Map<string, PaletteGroup>(Object.entries(groups).flatMap(([group, ids]) => ids.map((id) => [id, group as PaletteGroup])));
export const groupedSteps: readonly string[] = [...groupOf.keys()];

const LONG = 16;

/** Steps of a category under their sub-headings; in one piece, without a heading, where they are few or were searched for. */
export function groupSteps(steps: readonly AnyStepDefinition[], isSearched: boolean): { group: PaletteGroup | null; steps: AnyStepDefinition[] }[] {
  if (isSearched || steps.length < LONG) return [{ group: null, steps: [...steps] }];
  const order: PaletteGroup[] = [...(Object.keys(groups) as (keyof typeof groups)[]), "other"];
  return order
    .map((group) => ({ group, steps: steps.filter((step) => (groupOf.get(step.id) ?? "other") === group) }))
    .filter((entry) => entry.steps.length > 0);
}
