import { AppError } from "@/lib/core/app-error";
import { loadSourceFile } from "@/lib/tables/files/load-source-file";
import type { StepProbe } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const probe: StepProbe<typeof definition> = async (
  { file, ...options },
  context,
) => {
  if (file === null) throw new AppError("param_required", { param: "file" });
  const path = await context.filePath(file);
  const { columns, rows } = await loadSourceFile(
    context,
    { path, name: file.name },
    options,
  );
  return { columns, rows };
};
