import type { ErrorRecord } from "@/lib/core/app-error";

/** A batch as it is stored, with what its step is at. */
export interface BatchRow {
  id: string;
  run_id: string;
  step_run_id: string;
  connection_id: string;
  model: string;
  state: "sending" | "open" | "done" | "refused";
  remote_id: string | null;
  is_sure: boolean;
  is_cancelled: boolean;
  /** What the model was known to refuse as it was sent. */
  refused: Record<string, string> | null;
  total: number;
  created_at: Date;
  error: ErrorRecord | null;
  /** Its step still runs, and so its answers are waited for. */
  is_wanted: boolean;
}
