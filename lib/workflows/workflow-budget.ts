import { AppError } from "@/lib/core/app-error";
import { workflowCost } from "@/lib/engine/budgets";
import type { SharedResources } from "@/lib/engine/resources";

/** Millionths of a US dollar. */
export interface WorkflowBudget {
  budgetMicros: number | null;
  spentMicros: number;
}

/** What the runs of a workflow may cost together, and have cost. Throws `not_found`. */
export async function readBudget({ database: { pool } }: Pick<SharedResources, "database">, id: string): Promise<WorkflowBudget> {
  const { rows } = await pool.query<{ budget: string | null; spent: string }>(`SELECT budget_micros AS budget, ${workflowCost("w.id")} AS spent FROM workflow w WHERE id = $1`, [id]);
  if (!rows[0]) throw new AppError("not_found", { what: "workflow", id });
  return { budgetMicros: rows[0].budget === null ? null : Number(rows[0].budget), spentMicros: Number(rows[0].spent) };
}

/** Throws `not_found`. */
export async function setBudget(resources: Pick<SharedResources, "database">, id: string, budgetMicros: number | null): Promise<WorkflowBudget> {
  await resources.database.pool.query("UPDATE workflow SET budget_micros = $2 WHERE id = $1", [id, budgetMicros]);
  return readBudget(resources, id);
}
