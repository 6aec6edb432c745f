import { AppError } from "@/lib/core/app-error";
import type { InputTable } from "@/lib/steps/_sdk/step-runner";
import { createTableView } from "@/lib/tables/table-view";
import type { TableSession } from "@/lib/tables/table-session";
import type { SharedResources } from "./resources";
import { findStepResults } from "./step-result";

/** Opens `fp~<fingerprint>~<port>` in a session. Throws `table_missing`. */
export async function openStoredTable(resources: Pick<SharedResources, "database" | "dataFolder">, session: TableSession, address: string): Promise<InputTable> {
  const [, fingerprint = "", port = ""] = address.split("~");
  const manifest = (await findStepResults(resources, [fingerprint])).get(fingerprint)?.outputs.tables[port];
  if (!manifest) throw new AppError("table_missing");
  const view = await createTableView(session, { name: `stored_${fingerprint.slice(0, 16)}_${port}`, dataFolder: resources.dataFolder, manifest });
  return { view, columns: manifest.columns, rows: manifest.rows };
}
