const key = (workflowId: string) => `reverie.row-limit.${workflowId}`;

/** Over how many source rows this workflow was last run here; null is all of them. */
export function readRowLimit(workflowId: string): number | null {
  const stored = Number(localStorage.getItem(key(workflowId)));
  return Number.isInteger(stored) && stored > 0 ? stored : null;
}

export function storeRowLimit(workflowId: string, rowLimit: number | null): void {
  if (rowLimit === null) localStorage.removeItem(key(workflowId));
  else localStorage.setItem(key(workflowId), String(rowLimit));
}
