import { AppError } from "@/lib/core/app-error";
import { chunkParts } from "@/lib/engine/chunk-parts";
import type { StepNote } from "@/lib/contracts/step-note";
import type { SharedResources } from "@/lib/engine/resources";
import { findStepResults, parseInputAddress } from "@/lib/engine/step-result";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import type { TableSession } from "@/lib/tables/table-session";
import type { IssueManifest, TableManifest } from "@/lib/tables/table-manifest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";

export interface OpenTable {
  manifest: TableManifest;
  issues: IssueManifest;
  /** False while the step still runs: rows may be added, and those of unfinished chunks come in between. */
  complete: boolean;
  /** What the step decided by itself. */
  notes: StepNote[];
  /** Tables it was made from, by position: `IN0`, `IN1`, … */
  inputs: { tableId: string; port: string }[];
}

const NO_TABLE: TableManifest = { columns: [], parts: [], rows: 0 };

/** Opens `fp~<fingerprint>~<port>` or `run~<run id>~<node id>~<port>`. Throws `table_missing`. */
export async function openTable(resources: SharedResources, tableId: string): Promise<OpenTable> {
  const parts = tableId.split("~");
  if (parts[0] === "fp") return openStored(resources, parts[1] ?? "", parts[2] ?? "");
  const [, runId = "", nodeId = "", port = ""] = parts;
  const { rows } = await resources.database.pool.query<{ id: string; fingerprint: string; state: string; step_id: string; identity: StepIdentity }>(
    "SELECT id, fingerprint, state, step_id, identity FROM step_run WHERE run_id = $1 AND node_id = $2",
    [runId, nodeId],
  );
  const step = rows[0];
  if (!step) throw new AppError("not_found", { what: "step", id: nodeId });
  if (step.state === "done") return openStored(resources, step.fingerprint, port);
  return { ...(await joinFinishedChunks(resources, step.id, port)), complete: false, notes: [], inputs: inputTables(step.step_id, step.identity.inputs) };
}

async function openStored(resources: SharedResources, fingerprint: string, port: string): Promise<OpenTable> {
  const result = (await findStepResults(resources, [fingerprint])).get(fingerprint);
  if (!result) throw new AppError("table_missing");
  const manifest = result.outputs.tables[port] ?? NO_TABLE;
  return { manifest, issues: result.outputs.issues, complete: true, notes: result.outputs.notes, inputs: inputTables(result.stepId, result.inputs) };
}

/** In the order in which lineage counts them: over the definition's ports, then edges; models are not counted. */
function inputTables(stepId: string, inputs: Record<string, string[]>): OpenTable["inputs"] {
  const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[stepId];
  return (definition?.inputs ?? [])
    .filter((port) => port.type === "table")
    .flatMap((port) =>
      (inputs[port.name] ?? []).map((address) => {
        const from = parseInputAddress(address);
        return { tableId: `fp~${from.fingerprint}~${from.port}`, port: port.name };
      }),
    );
}

/** What a running, failed or cancelled step has committed so far, in order. */
async function joinFinishedChunks(resources: SharedResources, stepRunId: string, port: string): Promise<{ manifest: TableManifest; issues: IssueManifest }> {
  const { rows } = await resources.database.pool.query<{ parts: unknown }>("SELECT parts FROM chunk WHERE step_run_id = $1 AND state = 'done' AND phase = 'rows' AND parts IS NOT NULL ORDER BY index", [stepRunId]);
  const manifest: TableManifest = { columns: [], parts: [], rows: 0 };
  const issues: IssueManifest = { parts: [], rejected: 0, failed: 0 };
  for (const row of rows) {
    const chunk = chunkParts.parse(row.parts);
    const table = chunk.tables[port];
    if (table) {
      manifest.columns = table.columns;
      if (table.part.rows > 0) manifest.parts.push(table.part);
      manifest.rows += table.part.rows;
    }
    if (chunk.issues) issues.parts.push(chunk.issues);
    issues.rejected += chunk.rejected;
    issues.failed += chunk.failed;
  }
  return { manifest, issues };
}

/** A database session for one request, ended with it. */
export async function withSession<Result>(resources: SharedResources, signal: AbortSignal | undefined, work: (session: TableSession) => Promise<Result>): Promise<Result> {
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder], ...(signal && { signal }) });
  try {
    return await work(session);
  } finally {
    session.close();
  }
}
