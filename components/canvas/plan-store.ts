import { createStore, type StoreApi } from "zustand";
import { stepCatalogue } from "@/components/steps/step-catalogue";
import { nothingKnown, type PlanKnown } from "@/lib/plan/plan-known";
import { planWorkflow, type Plan, type PlannedStep } from "@/lib/plan/plan-workflow";
import type { WorkflowDocument } from "@/lib/workflow/document";
import type { StudioStore } from "./studio-store";

export interface PlanState {
  plan: Plan;
  known: PlanKnown;
  /** Null runs over all rows. */
  rowLimit: number | null;
  setKnown: (known: PlanKnown) => void;
  setRowLimit: (rowLimit: number | null) => void;
}
export type PlanStore = StoreApi<PlanState>;

function describe({ node, fingerprint, verdict, problems, renamed, inputColumns, columns, incoming }: PlannedStep): string {
  return JSON.stringify([node.step, node.params, node.title, node.disabled, node.cache, node.group, fingerprint, verdict, problems, renamed, inputColumns, columns, incoming]);
}

/** Steps that come out as before stay the same objects, so that only cards that changed are drawn again. */
function keepUnchanged(before: Plan | null, next: Plan): Plan {
  if (!before) return next;
  const steps = new Map<string, PlannedStep>();
  for (const [id, step] of next.steps) {
    const old = before.steps.get(id);
    steps.set(id, old && describe(old) === describe(step) ? old : step);
  }
  return { ...next, steps };
}

/** Moving a card changes nothing that is planned. */
function isSamePlan(a: WorkflowDocument, b: WorkflowDocument): boolean {
  if (a.edges !== b.edges || a.groups !== b.groups || a.nodes.length !== b.nodes.length) return false;
  return a.nodes.every((node, index) => {
    const other = b.nodes[index];
    return other?.id === node.id && other.params === node.params && other.title === node.title && other.disabled === node.disabled && other.cache === node.cache && other.group === node.group;
  });
}

/** Columns, problems and verdicts of the open document, worked out here with what the server last said. */
export function createPlanStore(studio: StudioStore, rowLimit: number | null): PlanStore {
  const make = (before: Plan | null, known: PlanKnown, limit: number | null) =>
    keepUnchanged(before, planWorkflow(studio.getState().document, stepCatalogue, known, limit));
  const store = createStore<PlanState>((set, get) => ({
    plan: make(null, nothingKnown, rowLimit),
    known: nothingKnown,
    rowLimit,
    setKnown: (known) => {
      set({ known, plan: make(get().plan, known, get().rowLimit) });
    },
    setRowLimit: (limit) => {
      set({ rowLimit: limit, plan: make(get().plan, get().known, limit) });
    },
  }));
  studio.subscribe((state, before) => {
    if (state.document === before.document || isSamePlan(state.document, before.document)) return;
    const { plan, known, rowLimit: limit } = store.getState();
    store.setState({ plan: make(plan, known, limit) });
  });
  return store;
}
