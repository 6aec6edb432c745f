import { statfs } from "node:fs/promises";
import type { SharedResources } from "@/lib/engine/resources";
import { readTrainerState } from "@/lib/engine/trainer-state";
import packageJson from "@/package.json" with { type: "json" };

const SILENT_SECONDS = 15;

/** The parts of this installation, as the pages show them. */
export async function readStatus(resources: SharedResources) {
  const { rows } = await resources.database.pool.query<{ count: string }>(
    "SELECT count(*) FROM worker_process WHERE kind = 'worker' AND heartbeat_at > now() - $1 * interval '1 second'",
    [SILENT_SECONDS],
  );
  const disk = await statfs(resources.dataFolder);
  return {
    version: packageJson.version,
    workers: Number(rows[0]?.count ?? 0),
    trainer: await readTrainerState(resources),
    disk: { freeBytes: disk.bavail * disk.bsize, dataBytes: null },
  };
}
