import { AppError } from "@/lib/core/app-error";
import { loadDocuments } from "@/lib/documents/load-documents";
import { openChunking } from "@/lib/documents/open-chunking";
import { emitSourceTable } from "@/lib/tables/files/load-source-file";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { file } = context.params;
    if (file === null) throw new AppError("param_required", { param: "file" });
    const path = await context.filePath(file);
    await emitSourceTable(context, await loadDocuments({ scratch: context.scratch, signal: context.signal, rowLimit: context.rowLimit, encoding: context.params.encoding }, { path, name: file.name }, await openChunking(context.params)));
  },
};
