import { AppError } from "@/lib/core/app-error";
import { emitSourceTable } from "@/lib/tables/files/load-source-file";
import { querySqlite } from "@/lib/tables/files/query-sqlite";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { file, query, seconds } = context.params;
    if (file === null) throw new AppError("param_required", { param: "file" });
    const path = await context.filePath(file);
    await emitSourceTable(context, await querySqlite(context, { path, name: file.name }, { query, seconds, rowLimit: context.rowLimit }));
  },
};
