import { createStore, type StoreApi } from "zustand";

/** Where a search for a step was opened, and what the step found has to fit to. */
export interface StepSearch {
  /** Screen pixels. */
  screen: { x: number; y: number };
  /** Canvas pixels. */
  canvas: { x: number; y: number };
  /** The end of a wire that was dropped on empty canvas. */
  wire: { node: string; port: string; side: "source" | "target" } | null;
}

/** What the data pane shows of the selected step. */
export interface DataView {
  /** `input-<index>`, `output-<port>`, `rejected`, `failed` or `training`; what is not there gives way to the first tab. */
  tab: string;
  /** The row in the drawer. */
  row: { tableId: string; row: number } | null;
}

export type Panel = "palette" | "inspector" | "data";
export type DialogName = "shortcuts" | "versions" | "commands" | "replace-model" | null;

interface ViewState {
  hidden: Readonly<Record<Panel, boolean>>;
  /** One pane over the whole screen. */
  fullScreen: "canvas" | "data" | null;
  search: StepSearch | null;
  dialog: DialogName;
  data: DataView;
  /** Of a step in rounds: the one that is looked at; null for all of them. */
  round: number | null;
  /** A parameter that was asked for; the count makes asking twice two askings. */
  revealed: { param: string; count: number } | null;
  reveal: (param: string) => void;
  showRound: (round: number | null) => void;
  togglePanel: (panel: Panel) => void;
  setFullScreen: (pane: "canvas" | "data" | null) => void;
  openSearch: (search: StepSearch | null) => void;
  openDialog: (dialog: DialogName) => void;
  showData: (view: Partial<DataView>) => void;
}
export type ViewStore = StoreApi<ViewState>;

const KEY = "reverie.hidden-panes";

function readHidden(): Record<Panel, boolean> {
  const names = (localStorage.getItem(KEY) ?? "").split(",");
  return { palette: names.includes("palette"), inspector: names.includes("inspector"), data: names.includes("data") };
}

/** What is open on the screen: nothing of it belongs to the document. */
export function createViewStore(): ViewStore {
  return createStore<ViewState>((set) => ({
    hidden: readHidden(),
    fullScreen: null,
    search: null,
    dialog: null,
    data: { tab: "", row: null },
    round: null,
    revealed: null,
    reveal: (param) => {
      set((state) => ({ revealed: { param, count: (state.revealed?.count ?? 0) + 1 }, hidden: { ...state.hidden, inspector: false }, fullScreen: null }));
    },
    showRound: (round) => {
      set({ round });
    },
    togglePanel: (panel) => {
      set((state) => {
        const hidden = { ...state.hidden, [panel]: !state.hidden[panel] };
        const names = Object.entries(hidden).filter(([, isHidden]) => isHidden);
        localStorage.setItem(KEY, names.map(([name]) => name).join(","));
        return { hidden };
      });
    },
    setFullScreen: (fullScreen) => {
      set({ fullScreen });
    },
    openSearch: (search) => {
      set({ search });
    },
    openDialog: (dialog) => {
      set({ dialog });
    },
    showData: (view) => {
      set((state) => ({ data: { ...state.data, ...view } }));
    },
  }));
}
