import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts } from "../../_sdk/prompting-params";
import { addedColumns } from "./added-columns";

export const definition = defineStep({
  id: "reward-margins",
  version: 1,
  category: "evaluate",
  icon: "scale",
  searchAliases: ["reward model", "preference", "accuracy", "chosen", "rejected", "rlhf"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    promptColumn: z.string().nullable().meta({ field: { kind: "column", port: "input" } }),
    chosenColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    rejectedColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    separator: z.string().max(100).meta({ field: { kind: "text" }, advanced: true }),
    truncate: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
  }),
  defaults: { model: { connection: "local", model: "" }, promptColumn: null, chosenColumn: "", rejectedColumn: "", separator: "\n", truncate: true },
  incomplete: ["model", "chosenColumn", "rejectedColumn"],
  summaryValues: ({ model, chosenColumn, rejectedColumn }) => ({ model: model.model, chosen: chosenColumn, rejected: rejectedColumn }),
  check(context) {
    const { promptColumn, chosenColumn, rejectedColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addStepColumns(columns, addedColumns.map((column) => ({ ...column, param: "model" })));
    const problems = [
      ...(promptColumn === null ? [] : requireColumn(columns, promptColumn, "promptColumn")),
      ...requireColumn(columns, chosenColumn, "chosenColumn"),
      ...requireColumn(columns, rejectedColumn, "rejectedColumn"),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "pure",
  resource: "llm",
});
