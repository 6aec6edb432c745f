import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";
import { zippedColumns } from "./zipped-columns";

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
    const zipped = isKnown ? zippedColumns(known).flat() : null;
    const renamed = (zipped ?? []).filter(({ from, column }) => from !== column.name).map(({ from, column }) => ({ param: "lengths", wanted: from, name: column.name }));
    return { columns: { output: zipped && zipped.map(({ column }) => column) }, problems: [], renamed };
  },
  effects: "pure",
  resource: "cpu",
});
