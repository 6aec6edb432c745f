const kinds = { rowLimit: "reverie.row-limit", budget: "reverie.budget" };

function read(kind: keyof typeof kinds, workflowId: string): number | null {
  const stored = Number(localStorage.getItem(`${kinds[kind]}.${workflowId}`));
  return Number.isInteger(stored) && stored > 0 ? stored : null;
}

function store(kind: keyof typeof kinds, workflowId: string, value: number | null): void {
  const key = `${kinds[kind]}.${workflowId}`;
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, String(value));
}

/** Over how many source rows this workflow was last run here; null is all of them. */
export const readRowLimit = (workflowId: string): number | null => read("rowLimit", workflowId);
export const storeRowLimit = (workflowId: string, rowLimit: number | null): void => {
  store("rowLimit", workflowId, rowLimit);
};

/** What a run of this workflow may spend, in millionths of a US dollar; null is no bound. */
export const readBudget = (workflowId: string): number | null => read("budget", workflowId);
export const storeBudget = (workflowId: string, micros: number | null): void => {
  store("budget", workflowId, micros);
};
