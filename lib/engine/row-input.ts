import { AppError } from "@/lib/core/app-error";
import type { PrepareContext } from "@/lib/steps/_sdk/step-runner";
import { cellText } from "@/lib/tables/cell-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { TableSession } from "@/lib/tables/table-session";
import { createTableView } from "@/lib/tables/table-view";
import type { SharedResources } from "./resources";
import type { StepInputs } from "./step-inputs";
import { ROW } from "@/lib/steps/_sdk/own-columns";

/** Columns as texts: values as they are, lists and objects as JSON. Throws `column_missing`. */
export function selectTexts(table: TableManifest, names: readonly string[]): string[] {
  return names.map((name) => {
    const found = table.columns.find((column) => column.name === name);
    if (!found) throw new AppError("column_missing", { column: name, columns: table.columns.map((column) => column.name).join(", ") });
    return `${cellText(found)} AS ${quoteIdentifier(name)}`;
  });
}

/** Reads tables that every row of a step needs, small enough to be held. */
export function createTableReader({ dataFolder }: Pick<SharedResources, "dataFolder">, session: TableSession, inputs: StepInputs): PrepareContext<unknown>["readTable"] {
  return async (port, columns, most) => {
    const table = inputs.tables[port]?.[0];
    if (!table) return [];
    if (table.rows > most) throw new AppError("side_table_too_large", { port, rows: table.rows, most });
    const view = await createTableView(session, { name: `side_${port}`, dataFolder, manifest: table });
    return session.query(`SELECT ${selectTexts(table, columns).join(", ")} FROM ${view} ORDER BY ${ROW}`);
  };
}
