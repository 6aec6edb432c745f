import { AppError } from "@/lib/core/app-error";
import { advanceRun } from "./advance-run";
import { inTransaction } from "./in-transaction";
import type { SharedResources } from "./resources";

/**
 * Cancels a run. Its chunks are taken back at once; workers notice within a second and abort their calls. What is done
 * stays in the caches. Throws `not_found`, `run_not_active`.
 */
export async function cancelRun(resources: SharedResources, runId: string): Promise<void> {
  await inTransaction(resources, async (client) => {
    const { rows } = await client.query<{ state: string }>("SELECT state FROM run WHERE id = $1 FOR UPDATE", [runId]);
    const state = rows[0]?.state;
    if (state === undefined) throw new AppError("not_found", { what: "run", id: runId });
    if (!["running", "paused", "cancelling"].includes(state)) throw new AppError("run_not_active", { state });
    await client.query("UPDATE run SET state = 'cancelling', error = NULL WHERE id = $1", [runId]);
    await client.query(
      `UPDATE chunk SET state = 'cancelled', lease_token = NULL FROM step_run s
       WHERE s.id = chunk.step_run_id AND s.run_id = $1 AND chunk.state IN ('queued', 'running')`,
      [runId],
    );
    await client.query("UPDATE training SET cancel_requested = true WHERE run_id = $1 AND state IN ('queued', 'running')", [runId]);
    await client.query("UPDATE training SET state = 'cancelled', ended_at = now() WHERE run_id = $1 AND state = 'queued'", [runId]);
    await client.query("UPDATE step_run SET state = 'cancelled', ended_at = now() WHERE run_id = $1 AND state = 'running'", [runId]);
  });
  await advanceRun(resources, runId);
}
