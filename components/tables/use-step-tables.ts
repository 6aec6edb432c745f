import { usePlanState, useRunState } from "@/components/canvas/studio-context";
import { getPortLabel } from "@/components/steps/step-words";
import { getOutputs } from "@/components/steps/step-catalogue";
import type { Chart } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import { findTable, type TableSource } from "./find-table";

export interface StepTable {
  /** Tab id. */
  id: string;
  label: string;
  source: TableSource | null;
}

export interface StepTables {
  inputs: StepTable[];
  outputs: StepTable[];
  /** What of them is drawn, and where its rows are. */
  charts: { chart: Chart; source: TableSource | null }[];
  /** Where its rejected and failed rows are; a step without tables has them too. */
  issues: TableSource | null;
  /** It makes files. */
  hasFiles: boolean;
  /** Fingerprint of its stored result. */
  result: string | null;
  /** It makes a model: here, or at a provider. */
  isTrainer: boolean;
  isTuning: boolean;
  modelId: string | null;
}

/** The tables into and out of a step, and where their rows are. */
export function useStepTables(nodeId: string): StepTables {
  const plan = usePlanState((state) => state.plan);
  const known = usePlanState((state) => state.known);
  const run = useRunState((state) => state.run);
  const stepsByNode = useRunState((state) => state.stepsByNode);
  const planned = plan.steps.get(nodeId);
  if (!planned?.definition) return { inputs: [], outputs: [], charts: [], issues: null, hasFiles: false, result: null, isTrainer: false, isTuning: false, modelId: null };
  const { definition, node } = planned;
  const tableOf = (id: string, port: string): TableSource | null => {
    const step = plan.steps.get(id);
    return step ? findTable({ planned: step, port, run, stepRun: stepsByNode.get(id), known }) : null;
  };
  // What stands between drawn steps takes a table of each round or trial, which are shown at their own steps.
  const tableInputs = definition.planned ? [] : definition.inputs.filter((port) => port.type === "table");
  const inputs = tableInputs.flatMap((port) =>
    (planned.incoming[port.name] ?? []).map((edge, index, edges) => ({
      label: getPortLabel(node.step, port.name) + (edges.length > 1 ? ` ${String(index + 1)}` : ""),
      source: tableOf(edge.from.node, edge.from.port),
    })),
  );
  const outputs = getOutputs(definition, node.params);
  // Rejected and failed rows are the step's, whatever port is asked for.
  const issues = tableOf(nodeId, outputs.find((port) => port.type === "table")?.name ?? "output");
  const isTuning = listParams(definition.params).some(({ meta }) => meta.needs === "fineTuning");
  return {
    issues,
    hasFiles: definition.category === "out" || isTuning,
    result: issues?.tableId.startsWith("fp~") ? (issues.tableId.split("~")[1] ?? null) : null,
    inputs: inputs.map((input, index) => ({ ...input, id: `input-${String(index)}` })),
    outputs: outputs
      .filter((port) => port.type === "table")
      .map((port) => ({ id: `output-${port.name}`, label: getPortLabel(node.step, port.name), source: tableOf(nodeId, port.name) })),
    charts: (definition.charts ?? []).map((chart) => ({ chart, source: tableOf(nodeId, chart.port) })),
    isTuning,
    isTrainer: definition.category !== "out" && outputs.some((port) => port.type === "model"),
    modelId: stepsByNode.get(nodeId)?.training?.modelId ?? null,
  };
}
