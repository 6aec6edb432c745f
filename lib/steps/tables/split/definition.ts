import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { explainSizes, splitPorts } from "./split-sizes";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "split",
  version: 1,
  category: "tables",
  icon: "split",
  searchAliases: ["train test split", "holdout"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: (params) =>
    splitPorts(params).map((name) => ({ name, type: "table" })),
  params: z.strictObject({
    train: z
      .number()
      .min(0)
      .meta({ field: { kind: "number" } }),
    validation: z
      .number()
      .min(0)
      .meta({ field: { kind: "number" } }),
    test: z
      .number()
      .min(0)
      .meta({ field: { kind: "number" } }),
    stratify: z
      .string()
      .nullable()
      .default(null)
      .meta({ field: { kind: "column", port: "input" } }),
    shuffle: z.boolean().meta({ field: { kind: "switch" } }),
    seed: z
      .int()
      .min(0)
      .meta({
        field: { kind: "integer" },
        visibleWhen: { param: "shuffle", is: [true] },
      }),
  }),
  defaults: { train: 0.8, validation: 0.1, test: 0.1, stratify: null, shuffle: false, seed: 0 },
  summaryValues: ({ train, validation, test }) => ({ train, validation, test }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const detail = explainSizes(context.params);
    const { stratify } = context.params;
    return {
      columns: Object.fromEntries(
        splitPorts(context.params).map((port) => [port, base]),
      ),
      problems: [
        ...(detail === null
          ? []
          : [
              {
                code: "split_sizes_invalid" as const,
                data: { detail },
                param: "train",
              },
            ]),
        ...(stratify === null
          ? []
          : requireColumn(base, stratify, "stratify")),
      ],
    };
  },
  effects: "seeded",
  resource: "cpu",
});
