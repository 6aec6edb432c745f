import type { Plan } from "@/lib/plan/plan-workflow";
import type { PlanKnown } from "@/lib/plan/plan-known";
import type { WorkflowEdge } from "@/lib/workflow/document";

export interface RunEstimate {
  /** Steps that a run would do; fresh ones are not. */
  steps: number;
  /** Model calls, where the rows that reach each step can be told. */
  calls: number;
  /** A step's rows are not known before an earlier one has run. */
  isLowerBound: boolean;
}

type RowsByPort = Record<string, number | null>;

function sumRows(values: (number | null | undefined)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null || value === undefined) return null;
    sum += value;
  }
  return sum;
}

/** What a run would take, from what is known of the rows. A step with a model asks it once a row and sample. */
export function estimateRun(plan: Plan, known: PlanKnown, rowLimit: number | null): RunEstimate {
  const rowsOut = new Map<string, RowsByPort>();
  const estimate: RunEstimate = { steps: 0, calls: 0, isLowerBound: false };
  for (const id of plan.order) {
    const step = plan.steps.get(id);
    if (!step?.definition || !step.params || step.node.disabled) continue;
    const result = step.fingerprint ? known.results[step.fingerprint] : undefined;
    const ports = step.definition.outputs(step.params);
    if (result) {
      rowsOut.set(id, result.rows);
      continue;
    }
    estimate.steps += 1;
    const edges = Object.values(step.incoming).flat().filter((edge) => plan.steps.get(edge.from.node)?.node.disabled !== true);
    const tableEdges = edges.filter((edge) => isTableEdge(plan, edge));
    const rowsIn =
      tableEdges.length === 0 ? countSource(step.params, step.probeKey, known, rowLimit) : sumRows(tableEdges.map((edge) => rowsOut.get(edge.from.node)?.[edge.from.port]));
    const made = rowsIn === null ? null : rowsIn * readSamples(step.params);
    rowsOut.set(id, Object.fromEntries(ports.map((port) => [port.name, ports.length === 1 ? made : null])));
    if (step.definition.resource !== "llm") continue;
    if (made === null) estimate.isLowerBound = true;
    else estimate.calls += made;
  }
  return estimate;
}

/** How often a step asks its model for each row. */
function readSamples(params: Record<string, unknown>): number {
  return typeof params["samples"] === "number" ? params["samples"] : 1;
}

/** Not a model that is handed on. */
function isTableEdge(plan: Plan, { from }: WorkflowEdge): boolean {
  const step = plan.steps.get(from.node);
  const ports = step?.definition && step.params ? step.definition.outputs(step.params) : [];
  return ports.find((port) => port.name === from.port)?.type !== "model";
}

/** A source's rows: counted by its probe, or the number it is told to make. */
function countSource(params: Record<string, unknown>, probeKey: string | null, known: PlanKnown, rowLimit: number | null): number | null {
  const probe = probeKey ? known.probes[probeKey] : undefined;
  const told = params["count"];
  const rows = probe && "rows" in probe ? probe.rows : typeof told === "number" ? told : countTyped(params["table"]);
  return rows === null ? rowLimit : Math.min(rows, rowLimit ?? rows);
}

/** Rows of a table that was typed in. */
function countTyped(table: unknown): number | null {
  return typeof table === "object" && table !== null && "rows" in table && Array.isArray(table.rows) ? table.rows.length : null;
}
