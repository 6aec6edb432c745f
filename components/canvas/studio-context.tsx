import { createContext, useContext } from "react";
import { useStore, type StoreApi } from "zustand";
import type { Autosave, SaveState } from "./autosave";
import type { FlowStore } from "./flow-store";
import type { PlanStore } from "./plan-store";
import type { RunController } from "./run-controller";
import type { RunStore } from "./run-store";
import type { StudioStore } from "./studio-store";
import type { ViewStore } from "./view-store";

/** All that belongs to one open workflow. */
export interface Studio {
  workflowId: string;
  document: StudioStore;
  flow: FlowStore;
  plan: PlanStore;
  run: RunStore;
  view: ViewStore;
  autosave: Autosave;
  runs: RunController;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("This part belongs into a StudioContext");
  return studio;
}

type StateOf<Store> = Store extends StoreApi<infer State> ? State : never;

export function useDocumentState<Value>(select: (state: StateOf<StudioStore>) => Value): Value {
  return useStore(useStudio().document, select);
}
export function useFlowState<Value>(select: (state: StateOf<FlowStore>) => Value): Value {
  return useStore(useStudio().flow, select);
}
export function usePlanState<Value>(select: (state: StateOf<PlanStore>) => Value): Value {
  return useStore(useStudio().plan, select);
}
export function useRunState<Value>(select: (state: StateOf<RunStore>) => Value): Value {
  return useStore(useStudio().run, select);
}
export function useViewState<Value>(select: (state: StateOf<ViewStore>) => Value): Value {
  return useStore(useStudio().view, select);
}
export function useSaveState<Value>(select: (state: SaveState) => Value): Value {
  return useStore(useStudio().autosave.store, select);
}
