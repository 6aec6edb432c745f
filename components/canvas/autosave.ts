import { createStore, type StoreApi } from "zustand";
import { isApiError } from "@/components/api/api-error";
import { callApi } from "@/components/api/call-api";
import { saveWorkflow } from "@/lib/contracts/workflows";
import { migrateDocument } from "@/lib/workflow/migrate-document";
import type { WorkflowDocument } from "@/lib/workflow/document";
import type { StudioStore } from "./studio-store";

export interface SaveState {
  state: "saved" | "unsaved" | "saving" | "offline" | "conflict" | "failed";
  revision: number;
  /** Why saving failed, in words. */
  message: string | null;
}

export interface Autosave {
  store: StoreApi<SaveState>;
  /** Saves what is unsaved now. True when the server has the document as it is here. */
  flush: () => Promise<boolean>;
  /** Another revision was loaded in place of ours. */
  adopt: (document: WorkflowDocument, revision: number) => void;
  /** Starts to follow the document; call what it gives to end that. */
  begin: () => () => void;
}

const WAIT_MS = 800;
const RETRY_MS = 5_000;

const draftKey = (workflowId: string) => `reverie.draft.${workflowId}`;

/** Edits that a reload or a crash kept from being saved; null where they started from another revision than the server's. */
export function readDraft(workflowId: string, revision: number): WorkflowDocument | null {
  try {
    const raw = JSON.parse(localStorage.getItem(draftKey(workflowId)) ?? "null") as { revision?: number; document?: unknown } | null;
    return raw?.revision === revision ? migrateDocument(raw.document) : null;
  } catch {
    return null;
  }
}

interface AutosaveOptions {
  workflowId: string;
  revision: number;
  studio: StudioStore;
  saved: WorkflowDocument;
}

/** Saves the document a moment after each change, never over a revision that someone else saved. */
export function createAutosave({ workflowId, revision, studio, saved }: AutosaveOptions): Autosave {
  const store = createStore<SaveState>(() => ({ state: "saved", revision, message: null }));
  let savedDocument = saved;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inFlight: Promise<boolean> | null = null;

  const schedule = (wait: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), wait);
  };
  const send = async (): Promise<boolean> => {
    const document = studio.getState().document;
    store.setState({ state: "saving", message: null });
    try {
      const reply = await callApi(saveWorkflow, { params: { workflowId }, body: { baseRevision: store.getState().revision, document } });
      savedDocument = document;
      const isLatest = studio.getState().document === document;
      if (isLatest) localStorage.removeItem(draftKey(workflowId));
      store.setState({ revision: reply.revision, state: isLatest ? "saved" : "unsaved" });
      return isLatest || (await send());
    } catch (error) {
      if (isApiError(error, "workflow_changed")) store.setState({ state: "conflict", message: error.message });
      else if (isApiError(error) && error.status > 0 && error.status < 500) store.setState({ state: "failed", message: error.message });
      else {
        store.setState({ state: "offline", message: error instanceof Error ? error.message : null });
        schedule(RETRY_MS);
      }
      return false;
    }
  };
  const flush = async (): Promise<boolean> => {
    clearTimeout(timer);
    if (store.getState().state === "conflict") return false;
    if (studio.getState().document === savedDocument) return true;
    inFlight ??= send().finally(() => {
      inFlight = null;
    });
    return inFlight;
  };
  const onChange = (document: WorkflowDocument) => {
    if (document === savedDocument) return;
    localStorage.setItem(draftKey(workflowId), JSON.stringify({ revision: store.getState().revision, document }));
    if (store.getState().state === "conflict") return;
    if (store.getState().state !== "saving") store.setState({ state: "unsaved" });
    schedule(WAIT_MS);
  };
  return {
    store,
    flush,
    adopt: (document, next) => {
      clearTimeout(timer);
      savedDocument = document;
      localStorage.removeItem(draftKey(workflowId));
      store.setState({ state: "saved", revision: next, message: null });
      studio.getState().replaceDocument(document);
    },
    begin: () => {
      onChange(studio.getState().document);
      const unsubscribe = studio.subscribe((state, before) => {
        if (state.document !== before.document) onChange(state.document);
      });
      return () => {
        unsubscribe();
        void flush();
      };
    },
  };
}
