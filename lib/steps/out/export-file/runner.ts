import { join } from "node:path";
import { exportRows } from "@/lib/tables/export-table";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params: { format, name, spreadsheetSafe }, input, sql, scratch, keepFile }) {
    const { view, columns } = input("input");
    const path = join(scratch, `export.${format}`);
    await exportRows(sql, { from: view, names: columns.map((column) => column.name), format, spreadsheetSafe, path });
    await keepFile(path, `${name}.${format}`);
  },
};
