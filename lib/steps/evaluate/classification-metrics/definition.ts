import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import type { Column } from "../../_sdk/columns";
import { defineStep } from "../../_sdk/define-step";

const summary: Column[] = [
  { name: "measure", type: "text" },
  { name: "value", type: "number" },
];
const classes: Column[] = [
  { name: "label", type: "text" },
  { name: "precision", type: "number" },
  { name: "recall", type: "number" },
  { name: "f1", type: "number" },
  { name: "support", type: "integer" },
];
const confusion: Column[] = [
  { name: "gold", type: "text" },
  { name: "predicted", type: "text" },
  { name: "rows", type: "integer" },
];

export const definition = defineStep({
  id: "classification-metrics",
  version: 2,
  category: "evaluate",
  icon: "grid-3x3",
  searchAliases: ["accuracy", "f1", "precision", "recall", "confusion matrix", "kappa", "classifier", "evaluate"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [
    { name: "summary", type: "table" },
    { name: "classes", type: "table" },
    { name: "confusion", type: "table" },
  ],
  params: z.strictObject({
    gold: z.string().meta({ field: { kind: "column", port: "input" } }),
    predicted: z.string().meta({ field: { kind: "column", port: "input" } }),
  }),
  defaults: { gold: "", predicted: "" },
  incomplete: ["gold", "predicted"],
  summaryValues: ({ gold, predicted }) => ({ gold, predicted }),
  check: (context) => {
    const columns = inputColumns(context, "input");
    const { gold, predicted } = context.params;
    return { columns: { summary, classes, confusion }, problems: [...requireColumn(columns, gold, "gold"), ...requireColumn(columns, predicted, "predicted")] };
  },
  charts: [
    { kind: "bars", port: "classes", label: "label", values: ["precision", "recall", "f1"] },
    { kind: "heatmap", port: "confusion", row: "gold", column: "predicted", value: "rows" },
  ],
  effects: "pure",
  resource: "cpu",
});
