import { changedCalls, type ChangedCalls, type ChangedValue } from "@/lib/contracts/changed-values";
import type { StepNote } from "@/lib/contracts/step-note";

/** The note of a step whose calls were sent with other values than it sets. */
const CODE = "sampling_changed";
const PARAM = "unfitValues";

/** Counts the calls whose values were sent otherwise than they were set. */
export class ChangedCounter {
  private readonly found = new Map<string, ChangedCalls>();

  add(changed: readonly ChangedValue[], calls = 1): void {
    for (const { name, asked, sentAs, sent } of changed) {
      const key = JSON.stringify([name, asked, sentAs, sent]);
      const before = this.found.get(key)?.calls ?? 0;
      this.found.set(key, { name, asked, sentAs, sent, calls: before + calls });
    }
  }

  notes(): StepNote[] {
    return [...this.found.values()].map((data) => ({ code: CODE, data, param: PARAM }));
  }
}

/** What notes say of such calls. */
export function readChangedCalls(notes: readonly StepNote[]): ChangedCalls[] {
  return notes.flatMap(({ code, data }) => (code === CODE ? (changedCalls.safeParse(data).data ?? []) : []));
}

/** Notes of all chunks, those of such calls added up. */
export function joinNotes(notes: readonly StepNote[]): StepNote[] {
  const sum = new ChangedCounter();
  for (const { calls, ...changed } of readChangedCalls(notes)) sum.add([changed], calls);
  return [...notes.filter(({ code }) => code !== CODE), ...sum.notes()];
}
