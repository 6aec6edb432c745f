import { createStore, type StoreApi } from "zustand";
import type { Command } from "@/lib/workflow/commands/command";
import type { Elements } from "@/lib/workflow/commands/remove-elements";
import { applyPatches } from "@/lib/workflow/commands/patch";
import type { WorkflowDocument, WorkflowNode } from "@/lib/workflow/document";
import { emptyHistory, recordChange, redoChange, sealPending, undoChange, type History } from "@/lib/workflow/history";

/** Ids of what is selected. */
export type Selection = Elements;

export interface StudioState {
  document: WorkflowDocument;
  /** The document's nodes by id, for nodes that follow themselves. */
  nodesById: ReadonlyMap<string, WorkflowNode>;
  selection: Selection;
  history: History;
  dispatch: <Args>(command: Command<Args>, args: Args) => void;
  undo: () => void;
  redo: () => void;
  /** Ends a series that is undone as one. */
  seal: () => void;
  /** What is not named is not selected. */
  select: (selection: Partial<Selection>) => void;
  /** Another document in place of this one: reloaded, restored. Undo starts anew. */
  replaceDocument: (document: WorkflowDocument) => void;
}

export type StudioStore = StoreApi<StudioState>;

const NOTHING: Selection = { nodes: [], edges: [], frames: [] };

function indexNodes(document: WorkflowDocument): ReadonlyMap<string, WorkflowNode> {
  return new Map(document.nodes.map((node) => [node.id, node]));
}

/** Leaves out of the selection what is no longer in the document. */
function keepSelection(selection: Selection, document: WorkflowDocument, nodes: ReadonlyMap<string, WorkflowNode>): Selection {
  const edges = new Set(document.edges.map((edge) => edge.id));
  const frames = new Set([...document.groups, ...document.notes].map((frame) => frame.id));
  if (selection.nodes.every((id) => nodes.has(id)) && selection.edges.every((id) => edges.has(id)) && selection.frames.every((id) => frames.has(id))) return selection;
  return { nodes: selection.nodes.filter((id) => nodes.has(id)), edges: selection.edges.filter((id) => edges.has(id)), frames: selection.frames.filter((id) => frames.has(id)) };
}

/** What changes with the document. Nodes are indexed anew only when they changed. */
function showDocument(state: StudioState, document: WorkflowDocument, history: History): Partial<StudioState> {
  const nodesById = document.nodes === state.document.nodes ? state.nodesById : indexNodes(document);
  return { document, history, nodesById, selection: keepSelection(state.selection, document, nodesById) };
}

/** Document, selection and undo of one open workflow. */
export function createStudioStore(initial: WorkflowDocument): StudioStore {
  return createStore<StudioState>((set, get) => ({
    document: initial,
    nodesById: indexNodes(initial),
    selection: NOTHING,
    history: emptyHistory,
    dispatch: (command, args) => {
      const { document, history } = get();
      const patches = command.plan(document, args);
      if (patches.length === 0) return;
      const applied = applyPatches(document, patches);
      set((state) => showDocument(state, applied.document, recordChange(history, applied.inverse, command.capture)));
    },
    undo: () => {
      set((state) => {
        const travel = undoChange(state.document, state.history);
        return travel ? showDocument(state, travel.document, travel.history) : state;
      });
    },
    redo: () => {
      set((state) => {
        const travel = redoChange(state.document, state.history);
        return travel ? showDocument(state, travel.document, travel.history) : state;
      });
    },
    seal: () => {
      set((state) => ({ history: sealPending(state.history) }));
    },
    select: (selection) => {
      set({ selection: { ...NOTHING, ...selection } });
    },
    replaceDocument: (document) => {
      set((state) => showDocument(state, document, emptyHistory));
    },
  }));
}
