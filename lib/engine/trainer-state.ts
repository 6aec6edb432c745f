import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { SharedResources } from "./resources";

const SILENT_SECONDS = 15;
const installation = z.object({ state: z.enum(["installing", "installed", "failed"]), detail: z.string().nullable() });

export interface TrainerState {
  state: "ready" | "installing" | "failed" | "absent";
  /** For people: what is being waited for, or why it failed. */
  detail: string | null;
  /** e.g. `cpu`, `cuda:0`. */
  device: string | null;
}

/** What the trainer is doing, by its heartbeat, and by what the launcher wrote of its installation. */
export async function readTrainerState(resources: SharedResources): Promise<TrainerState> {
  const { rows } = await resources.database.pool.query<{ detail: { device?: string } | null }>(
    "SELECT detail FROM worker_process WHERE kind = 'trainer' AND heartbeat_at > now() - $1 * interval '1 second' LIMIT 1",
    [SILENT_SECONDS],
  );
  if (rows[0]) return { state: "ready", detail: null, device: rows[0].detail?.device ?? null };
  const path = join(resources.dataFolder, "trainer-state.json");
  // Served by containers, the trainer has no installation to tell of; it is there or on its way.
  if (!existsSync(path)) return { state: resources.trainer ? "installing" : "absent", detail: null, device: null };
  const { state, detail } = installation.parse(JSON.parse(await readFile(path, "utf8")));
  // Installed but silent: it is starting, which takes some seconds.
  return { state: state === "failed" ? "failed" : "installing", detail: detail ?? "The trainer is starting.", device: null };
}

/** Whether local models and trainings can go ahead now. Throws `trainer_unavailable` where waiting would not help. */
export async function isTrainerReady(resources: SharedResources): Promise<boolean> {
  const { state, detail } = await readTrainerState(resources);
  if (state === "absent") throw new AppError("trainer_unavailable", { detail: "this installation has no trainer" });
  if (state === "failed") throw new AppError("trainer_unavailable", { detail });
  return state === "ready";
}
