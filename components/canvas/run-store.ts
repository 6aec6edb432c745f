import { createStore, type StoreApi } from "zustand";
import type { RunView, StepRunView } from "@/lib/contracts/runs";

interface RunState {
  /** The latest run of this workflow; null before the first. */
  run: RunView | null;
  stepsByNode: ReadonlyMap<string, StepRunView>;
  /** A run was asked for and the server has not answered yet. */
  starting: boolean;
  /** What a run started here may spend, in millionths of a US dollar; null for no bound. */
  budgetMicros: number | null;
  setBudget: (micros: number | null) => void;
  setRun: (run: RunView) => void;
  setStarting: (starting: boolean) => void;
}
export type RunStore = StoreApi<RunState>;

/** Steps that did not change stay the same objects, so that only cards that changed are drawn again. */
function indexSteps(before: ReadonlyMap<string, StepRunView>, steps: readonly StepRunView[]): ReadonlyMap<string, StepRunView> {
  return new Map(
    steps.map((step) => {
      const old = before.get(step.nodeId);
      return [step.nodeId, old && JSON.stringify(old) === JSON.stringify(step) ? old : step];
    }),
  );
}

export function createRunStore(budgetMicros: number | null): RunStore {
  return createStore<RunState>((set) => ({
    run: null,
    stepsByNode: new Map(),
    starting: false,
    budgetMicros,
    setBudget: (micros) => {
      set({ budgetMicros: micros });
    },
    setRun: (run) => {
      set((state) => ({ run, starting: false, stepsByNode: indexSteps(state.stepsByNode, run.steps) }));
    },
    setStarting: (starting) => {
      set({ starting });
    },
  }));
}

export function isActive(run: RunView | null): run is RunView {
  return run !== null && ["running", "paused", "cancelling"].includes(run.state);
}
