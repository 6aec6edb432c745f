import { z } from "zod";
import { inputColumns, requireColumn, typeOfColumn, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "window",
  version: 1,
  category: "tables",
  icon: "app-window",
  searchAliases: ["lag", "lead", "previous row", "next row", "row number", "running total"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    compute: z
      .enum(["previous", "next", "row-number", "running-sum"])
      .meta({ field: { kind: "select" } }),
    column: z.string().meta({
      field: { kind: "column", port: "input" },
      visibleWhen: { param: "compute", is: ["previous", "next", "running-sum"] },
    }),
    distance: z
      .int()
      .min(1)
      .meta({ field: { kind: "integer" }, visibleWhen: { param: "compute", is: ["previous", "next"] } }),
    partition: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    order: z
      .array(z.strictObject({ column: z.string(), descending: z.boolean() }))
      .meta({ field: { kind: "sort-keys", port: "input" } }),
    name: z.string().meta({ field: { kind: "text" } }),
  }),
  defaults: { compute: "previous", column: "", distance: 1, partition: [], order: [], name: "previous" },
  incomplete: ["column"],
  summaryValues: ({ compute, column }) => ({ compute: compute === "running-sum" ? "runningSum" : compute, column }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { compute, column, partition, order, name } = context.params;
    const reads = compute === "row-number" ? [] : requireColumn(base, column, "column");
    const own = typeOfColumn(base, column);
    const fits = compute !== "running-sum" || own === "integer" || own === "number" || own === "unknown";
    const type = compute === "row-number" ? "integer" : own;
    const written = writeColumns(base, [{ name, type, param: "name" }]);
    return {
      columns: { output: written.columns },
      problems: [
        ...reads,
        ...(fits ? [] : [{ code: "column_type_unfit" as const, data: { column, type: own, wanted: "integer, number" }, param: "column" }]),
        ...partition.flatMap((key) => requireColumn(base, key, "partition")),
        ...order.flatMap((key) => requireColumn(base, key.column, "order")),
        ...written.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
