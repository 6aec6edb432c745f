import { join } from "node:path";
import type { PoolClient } from "pg";
import { AppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import type { Arrangement, RowsRunner } from "@/lib/steps/_sdk/step-runner";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { TableManifest } from "@/lib/tables/table-manifest";
import { createLineageView } from "@/lib/tables/table-view";
import { writePart } from "@/lib/tables/write-part";
import { chunkParts, noParts, type ChunkParts } from "./chunk-parts";
import { findStepColumns } from "./step-columns";
import { readParams } from "./read-params";
import type { WorkerResources } from "./resources";
import type { TableStepJob } from "./run-table-step";
import { findDefinitionOrThrow, loadRunner, type AnyRunner, type StepParams } from "./step-catalogue";
import { CALL, IN0, ROW } from "@/lib/steps/_sdk/own-columns";
import { findRowTable } from "./step-inputs";

/** Adds the chunk that arranges a step's rows, where its runner wants that and there is none yet. Gives its id. */
export async function planArrangement(client: PoolClient, step: { stepRunId: string; stepId: string }): Promise<string | null> {
  const runner = await loadRunner(step.stepId);
  if (runner.kind !== "rows" || !runner.arrange) return null;
  const { rows } = await client.query<{ arranging: string; made: string }>(
    "SELECT count(*) FILTER (WHERE phase = 'arrange') AS arranging, COALESCE(sum(rows_out), 0) AS made FROM chunk WHERE step_run_id = $1",
    [step.stepRunId],
  );
  if (Number(rows[0]?.arranging) > 0 || Number(rows[0]?.made) === 0) return null;
  if (!runner.arrange(findDefinitionOrThrow(step.stepId).params.parse(await readParams(client, step.stepRunId)))) return null;
  const id = createId("chunk");
  await client.query(
    `INSERT INTO chunk (id, step_run_id, index, phase, row_start, row_end, state, enqueued_at)
     SELECT $2, $1, max(index) + 1, 'arrange', max(row_end), max(row_end), 'queued', now() FROM chunk WHERE step_run_id = $1`,
    [step.stepRunId, id],
  );
  return id;
}

/** Sorts what the other chunks made, and rejects what is below the bar. DuckDB sorts with its memory limit, on disk where need be. */
export async function arrangeRows(resources: WorkerResources, runner: AnyRunner, job: TableStepJob): Promise<ChunkParts> {
  const arrangement = runner.kind === "rows" ? arrangeStored(runner, job) : null;
  if (!arrangement) throw new AppError("internal", { detail: "nothing to arrange" });
  const parts = noParts();
  const made = await readMade(resources, job.chunk.stepRunId);
  const view = await createLineageView(job.session, { name: "made", dataFolder: resources.dataFolder, manifest: made });
  const kept = arrangement.atLeast ? `coalesce(${quoteIdentifier(arrangement.atLeast.column)} >= ${String(arrangement.atLeast.value)}, false)` : "true";
  const file = `out-output-arranged-${String(job.chunk.attempt)}.parquet`;
  const written = await writePart(job.session, { query: `SELECT * EXCLUDE (${ROW}) FROM ${view} WHERE ${kept} ORDER BY ${orderOf(arrangement)}${ROW}`, path: join(job.folder, file) });
  parts.tables.output = { columns: written.columns, part: { file: `${job.relativeFolder}/${file}`, rows: written.rows, bytes: written.bytes } };
  await rejectBelow(job, parts, { view, kept, atLeast: arrangement.atLeast });
  return parts;
}

/** What is to be done, by the names of the columns as stored. */
function arrangeStored(runner: RowsRunner<StepParams>, { chunk, params, inputs }: TableStepJob): Arrangement | null {
  const wanted = runner.arrange?.(params);
  if (!wanted) return null;
  const { names } = findStepColumns(runner, params, findRowTable(chunk.stepId, inputs));
  const stored = <Named extends { column: string }>(named: Named | null): Named | null => named && { ...named, column: names.get(named.column) ?? named.column };
  return { sort: stored(wanted.sort), atLeast: stored(wanted.atLeast) };
}

function orderOf({ sort }: Arrangement): string {
  return sort ? `${quoteIdentifier(sort.column)} ${sort.descending ? "DESC" : "ASC"} NULLS LAST, ` : "";
}

async function rejectBelow(job: TableStepJob, parts: ChunkParts, { view, kept, atLeast }: { view: string; kept: string; atLeast: Arrangement["atLeast"] }): Promise<void> {
  if (!atLeast) return;
  const data = `json_object('column', ${quoteLiteral(atLeast.column)}, 'value', ${quoteIdentifier(atLeast.column)}, 'least', ${String(atLeast.value)})::VARCHAR`;
  const file = `issues-arranged-${String(job.chunk.attempt)}.parquet`;
  const query = `SELECT ${IN0} AS __in0, 'rejected' AS kind, 'below_threshold' AS code, ${data} AS data, ${CALL} AS __call FROM ${view} WHERE NOT ${kept} ORDER BY ${ROW}`;
  const written = await writePart(job.session, { query, path: join(job.folder, file) });
  parts.rejected = written.rows;
  if (written.rows > 0) parts.issues = { file: `${job.relativeFolder}/${file}`, rows: written.rows, bytes: written.bytes };
}

async function readMade(resources: WorkerResources, stepRunId: string): Promise<TableManifest> {
  const { rows } = await resources.database.pool.query<{ parts: unknown }>("SELECT parts FROM chunk WHERE step_run_id = $1 AND phase = 'rows' ORDER BY index", [stepRunId]);
  const made: TableManifest = { columns: [], parts: [], rows: 0 };
  for (const row of rows) {
    const table = chunkParts.parse(row.parts).tables.output;
    if (!table) continue;
    made.columns = table.columns;
    made.rows += table.part.rows;
    if (table.part.rows > 0) made.parts.push(table.part);
  }
  return made;
}
