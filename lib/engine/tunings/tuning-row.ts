import type { ErrorRecord } from "@/lib/core/app-error";

/** A fine-tuning job as it is stored, with what its step is at. */
export interface TuningRow {
  id: string;
  chunk_id: string;
  run_id: string;
  step_run_id: string;
  name: string;
  connection_id: string;
  model: string;
  settings: unknown;
  parts: unknown;
  examples: unknown;
  files: { train?: string; validation?: string };
  price: number | null;
  state: "sending" | "open";
  attempts: number;
  remote_id: string | null;
  is_cancelled: boolean;
  created_at: Date;
  error: ErrorRecord | null;
  /** Its step still runs, and so its model is waited for. */
  is_wanted: boolean;
}

export const TUNING_COLUMNS = `t.id, t.chunk_id, t.run_id, t.step_run_id, t.name, t.connection_id, t.model, t.settings, t.parts, t.examples, t.files, t.price, t.state,
  t.attempts, t.remote_id, t.is_cancelled, t.created_at, t.error, EXISTS (SELECT 1 FROM step_run s WHERE s.id = t.step_run_id AND s.state = 'running') AS is_wanted`;
