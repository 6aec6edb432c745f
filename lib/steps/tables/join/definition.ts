import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { findUnlikeKeys, joinedColumns } from "./joined-columns";

export const definition = defineStep({
  id: "join",
  version: 2,
  category: "tables",
  icon: "merge",
  searchAliases: ["merge", "lookup", "vlookup", "inner", "left", "anti"],
  inputs: [
    { name: "left", type: "table", required: true },
    { name: "right", type: "table", required: true },
  ],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    kind: z
      .enum(["inner", "left", "right", "full", "semi", "anti", "cross"])
      .meta({ field: { kind: "select" } }),
    keys: z
      .array(
        z.strictObject({
          left: z.string().meta({ field: { kind: "column", port: "left" } }),
          right: z.string().meta({ field: { kind: "column", port: "right" } }),
        }),
      )
      .meta({
        field: { kind: "records" },
        visibleWhen: {
          param: "kind",
          is: ["inner", "left", "right", "full", "semi", "anti"],
        },
      }),
    suffix: z
      .string()
      .min(1)
      .max(50)
      .meta({ field: { kind: "text" }, advanced: true }),
  }),
  defaults: { kind: "inner", keys: [], suffix: "_right" },
  incomplete: ["keys"],
  summaryValues: ({ kind, keys }) => ({
    kind,
    keys: keys.map(({ left }) => left).join(", "),
    count: keys.length,
  }),
  check: (context) => {
    const { params } = context;
    const left = inputColumns(context, "left");
    const right = inputColumns(context, "right");
    const missing: StepProblem[] =
      params.kind === "cross"
        ? []
        : params.keys.length === 0
          ? requireColumn(left, "", "keys")
          : params.keys.flatMap((key) => [
              ...requireColumn(left, key.left, "keys"),
              ...requireColumn(right, key.right, "keys"),
            ]);
    if (!left || !right) return { columns: { output: null }, problems: missing };
    const { columns, problems } = joinedColumns(params, left, right);
    return {
      columns: { output: columns.map(({ name, type }) => ({ name, type })) },
      problems: [
        ...missing,
        ...findUnlikeKeys(params, left, right).map(
          (data): StepProblem => ({ code: "join_keys_differ", data, param: "keys" }),
        ),
        ...problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
