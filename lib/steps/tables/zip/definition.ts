import { z } from "zod";
import { addColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "zip",
  version: 1,
  category: "tables",
  icon: "between-vertical-start",
  searchAliases: ["zipped", "side by side", "columns", "merge"],
  inputs: [{ name: "inputs", type: "table", required: true, many: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    lengths: z.enum(["error", "pad"]).meta({ field: { kind: "select" } }),
  }),
  defaults: { lengths: "error" },
  summaryValues: ({ lengths }) => ({ lengths }),
  check: ({ inputs }) => {
    const tables = inputs["inputs"] ?? [];
    const known = tables.filter((columns) => columns !== null);
    const isKnown = tables.length > 0 && known.length === tables.length;
    const added = addColumns(
      isKnown ? [] : null,
      known.flat().map((column) => ({ ...column, param: "lengths" })),
    );
    return { columns: { output: added.columns }, problems: added.problems };
  },
  effects: "pure",
  resource: "cpu",
});
