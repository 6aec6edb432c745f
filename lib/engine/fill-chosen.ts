import { AppError } from "@/lib/core/app-error";
import type { ChosenParams } from "@/lib/fingerprint/step-identity";
import { openStoredTable } from "./open-stored-table";
import type { SharedResources } from "./resources";
import { findDefinitionOrThrow } from "./step-catalogue";
import { parseInputAddress } from "./step-result";
import { z } from "zod";

/** The parameters of a step in a sweep, with those that were chosen by what the trials before gave. Throws `table_missing`, `params_invalid`. */
export async function fillChosen(
  resources: Pick<SharedResources, "database" | "dataFolder" | "duckdb">,
  step: { step_id: string; params: unknown },
  { from, columns }: ChosenParams,
): Promise<Record<string, unknown>> {
  const { fingerprint, port } = parseInputAddress(from);
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder] });
  try {
    const table = await openStoredTable(resources, session, `fp~${fingerprint}~${port}`);
    const [row] = await session.query(`SELECT to_json(params)::VARCHAR AS params FROM ${table.view} LIMIT 1`);
    const chosen = z.record(z.string(), z.unknown()).parse(JSON.parse(String(row?.["params"])));
    const own = Object.entries(columns).map(([param, column]) => [param, chosen[column]] as const);
    const params = { ...z.record(z.string(), z.unknown()).parse(step.params), ...Object.fromEntries(own) };
    const parsed = findDefinitionOrThrow(step.step_id).params.safeParse(params);
    if (parsed.success) return params;
    const issue = parsed.error.issues[0];
    throw new AppError("params_invalid", { param: String(issue?.path[0] ?? ""), detail: issue?.message ?? "" });
  } finally {
    session.close();
  }
}
