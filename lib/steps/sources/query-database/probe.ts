import { AppError } from "@/lib/core/app-error";
import { describeSqlite } from "@/lib/tables/files/query-sqlite";
import type { StepProbe } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const probe: StepProbe<typeof definition> = async ({ file, query, seconds }, context) => {
  if (file === null) throw new AppError("param_required", { param: "file" });
  const path = await context.filePath(file);
  return { columns: await describeSqlite(context, { path, name: file.name }, { query, seconds }), rows: null };
};
