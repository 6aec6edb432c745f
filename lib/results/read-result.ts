import { AppError } from "@/lib/core/app-error";
import type { SharedResources } from "@/lib/engine/resources";
import { findStepResults } from "@/lib/engine/step-result";

/** What a step left, without the rows themselves. Throws `not_found` where no such result is stored. */
export async function readResult(resources: SharedResources, fingerprint: string) {
  const result = (await findStepResults(resources, [fingerprint])).get(fingerprint);
  if (!result) throw new AppError("not_found", { what: "result", id: fingerprint });
  const { tables, models, files, issues } = result.outputs;
  return {
    tables: Object.entries(tables).map(([port, { rows }]) => ({ port, rows })),
    models: Object.entries(models).map(([port, { ref }]) => ({ port, connection: ref.connection, model: ref.model })),
    files: files.map(({ name, bytes }) => ({ name, bytes })),
    issues: { rejected: issues.rejected, failed: issues.failed },
    totals: result.totals,
  };
}
