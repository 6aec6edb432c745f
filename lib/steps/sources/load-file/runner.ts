import { AppError } from "@/lib/core/app-error";
import {
  emitSourceTable,
  loadSourceFile,
} from "@/lib/tables/files/load-source-file";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { file, ...options } = context.params;
    if (file === null) throw new AppError("param_required", { param: "file" });
    const path = await context.filePath(file);
    await emitSourceTable(
      context,
      await loadSourceFile(context, { path, name: file.name }, options),
    );
  },
};
