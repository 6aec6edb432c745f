import type { WorkflowNote } from "../document";
import { defineCommand } from "./command";

export const addNote = defineCommand<{ note: WorkflowNote }>({
  capture: "now",
  plan: (document, { note }) => [{ op: "insert", list: "notes", index: document.notes.length, item: note }],
});

export const editNote = defineCommand<{ id: string; changes: Partial<Omit<WorkflowNote, "id">> }>({
  capture: "now",
  plan: (document, { id, changes }) => {
    const note = document.notes.find((other) => other.id === id);
    if (!note || Object.entries(changes).every(([key, value]) => note[key as keyof WorkflowNote] === value)) return [];
    return [{ op: "replace", list: "notes", item: { ...note, ...changes } }];
  },
});
