import { join } from "node:path";
import { copyStatement } from "@/lib/tables/export-table";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, scratch, keepFile }) {
    const { view, columns } = input("input");
    const path = join(scratch, `export.${params.format}`);
    await sql.run(
      copyStatement({
        from: view,
        columns,
        format: params.format,
        spreadsheetSafe: params.spreadsheetSafe,
        path,
      }),
    );
    await keepFile(path, `${params.name}.${params.format}`);
  },
};
