import { applyPatches, type Patch } from "./commands/patch";
import type { WorkflowDocument } from "./document";

const MAX_UNDOS = 500;

/** Undo and redo as patches. `pending` waits for the next command to be undone together with it. */
export interface History {
  undo: readonly Patch[][];
  redo: readonly Patch[][];
  pending: readonly Patch[];
}

export const emptyHistory: History = { undo: [], redo: [], pending: [] };

/** Remembers how to take a change back. A new change ends what could be redone. */
export function recordChange(history: History, inverse: readonly Patch[], capture: "now" | "next"): History {
  if (inverse.length === 0) return history;
  const merged = [...inverse, ...history.pending];
  if (capture === "next") return { ...history, redo: [], pending: merged };
  return { undo: [...history.undo, merged].slice(-MAX_UNDOS), redo: [], pending: [] };
}

/** Makes an undo of what waits, e.g. when the arrow key is let go. */
export function sealPending(history: History): History {
  if (history.pending.length === 0) return history;
  return { undo: [...history.undo, [...history.pending]].slice(-MAX_UNDOS), redo: history.redo, pending: [] };
}

export interface TimeTravel {
  document: WorkflowDocument;
  history: History;
}

/** Null where there is nothing to undo. */
export function undoChange(document: WorkflowDocument, history: History): TimeTravel | null {
  const sealed = sealPending(history);
  const patches = sealed.undo.at(-1);
  if (!patches) return null;
  const applied = applyPatches(document, patches);
  return { document: applied.document, history: { undo: sealed.undo.slice(0, -1), redo: [...sealed.redo, applied.inverse], pending: [] } };
}

/** Null where there is nothing to redo. */
export function redoChange(document: WorkflowDocument, history: History): TimeTravel | null {
  const patches = history.redo.at(-1);
  if (!patches) return null;
  const applied = applyPatches(document, patches);
  return { document: applied.document, history: { undo: [...history.undo, applied.inverse], redo: history.redo.slice(0, -1), pending: [] } };
}
