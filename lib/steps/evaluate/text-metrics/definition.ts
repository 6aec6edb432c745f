import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";
import { measures } from "./compare-texts";

export const definition = defineStep({
  id: "text-metrics",
  version: 1,
  category: "evaluate",
  icon: "text-search",
  searchAliases: ["rouge", "bleu", "exact match", "overlap", "summary", "translation"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    text: z.string().meta({ field: { kind: "column", port: "input" } }),
    reference: z.string().meta({ field: { kind: "column", port: "input" } }),
    caseSensitive: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
  }),
  defaults: { text: "", reference: "", caseSensitive: false },
  incomplete: ["text", "reference"],
  summaryValues: ({ text, reference }) => ({ text, reference }),
  check: (context) => {
    const columns = inputColumns(context, "input");
    const { text, reference } = context.params;
    const added = addStepColumns(columns, measures.map((name) => ({ name, type: "number" as const, param: "text" })));
    return { columns: { output: added.columns }, problems: [...requireColumn(columns, text, "text"), ...requireColumn(columns, reference, "reference"), ...added.problems], renamed: added.renamed };
  },
  effects: "pure",
  resource: "cpu",
});
