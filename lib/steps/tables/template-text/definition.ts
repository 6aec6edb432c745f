import { z } from "zod";
import { inputColumns, requireColumn, requireColumnPlaces, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "template-text",
  version: 2,
  category: "tables",
  icon: "text-cursor-input",
  searchAliases: ["format", "fill in", "f-string", "compose"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    template: z.string().meta({ field: { kind: "prompt", port: "input" } }),
    empty: z.enum(["fail", "blank"]).meta({ field: { kind: "select" } }),
    name: z.string().meta({ field: { kind: "text" } }),
  }),
  defaults: { template: "", empty: "fail", name: "text" },
  incomplete: ["template"],
  summaryValues: ({ name }) => ({ name: name || "none" }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { template, name } = context.params;
    const written = writeColumns(base, [{ name, type: "text", param: "name" }]);
    return {
      columns: { output: written.columns },
      problems: [
        ...(template === "" ? requireColumn(base, "", "template") : []),
        ...requireColumnPlaces(base, template, "template"),
        ...written.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
