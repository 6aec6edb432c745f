import { z } from "zod";
import { requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "load-table",
  version: 1,
  category: "sources",
  icon: "table-2",
  searchAliases: ["workflow", "result", "reuse", "pin", "import"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    table: z
      .string()
      .regex(/^(|fp~[0-9a-f]{64}~[\w-]+)$/)
      .meta({ field: { kind: "stored-table" } }),
  }),
  defaults: { table: "" },
  incomplete: ["table"],
  summaryValues: ({ table }) => ({ fingerprint: table === "" ? "—" : table.slice(3, 11) }),
  check: ({ params, probed }) => ({ columns: { output: probed }, problems: params.table === "" ? requireColumn(null, "", "table") : [] }),
  effects: "pure",
  resource: "cpu",
  probed: true,
});
