/**
 * SQL over a run `r` and the budgets that bind it: its own, and that of its workflow over all its runs. Money is in millionths
 * of a US dollar, by what the chunks have stored.
 */
const RUN_COST = "(SELECT COALESCE(sum(k.cost_micros), 0) FROM step_run o JOIN chunk k ON k.step_run_id = o.id WHERE o.run_id = r.id)";

/** What the calls of all runs of a workflow have cost. `id` is an expression. */
export const workflowCost = (id: string): string =>
  `(SELECT COALESCE(sum(k.cost_micros), 0) FROM run q JOIN step_run o ON o.run_id = q.id JOIN chunk k ON k.step_run_id = o.id WHERE q.workflow_id = ${id})`;

const WORKFLOW_LEFT = `(SELECT w.budget_micros - ${workflowCost("w.id")} FROM workflow w WHERE w.id = r.workflow_id AND w.budget_micros IS NOT NULL)`;

/** What is left of the budget that ends first; null where none binds. */
export const BUDGET_LEFT = `LEAST(CASE WHEN r.budget_micros IS NOT NULL THEN r.budget_micros - ${RUN_COST} END, ${WORKFLOW_LEFT})`;

/** Whether that is the workflow's. */
export const IS_WORKFLOW_SPENT = `COALESCE(${WORKFLOW_LEFT} <= 0, false)`;

/** Tells budgets apart: another text after either was changed; null where none binds. */
export const BUDGET_MARK = "NULLIF(concat_ws('/', r.budget_micros::text, 'w' || (SELECT w.budget_micros::text FROM workflow w WHERE w.id = r.workflow_id)), '')";
