import type { AnyStepDefinition, StepProblem } from "@/lib/steps/_sdk/define-step";
import type { WorkflowEdge } from "@/lib/workflow/document";
import type { PlannedStep } from "./plan-workflow";

/** What is wrong with what feeds a step. */
export function checkPorts(definition: AnyStepDefinition, incoming: Record<string, WorkflowEdge[]>, steps: Map<string, PlannedStep>): StepProblem[] {
  const problems: StepProblem[] = [];
  for (const port of definition.inputs) {
    const edges = incoming[port.name] ?? [];
    if (port.required && edges.length === 0) problems.push({ code: "input_missing", data: { port: port.name } });
    for (const edge of edges) {
      const source = steps.get(edge.from.node);
      if (!source) continue;
      if (source.verdict.state === "blocked" || source.verdict.state === "disabled") {
        problems.push({ code: "upstream_blocked", data: { step: source.node.title } });
      }
      const output = source.definition && source.params ? source.definition.outputs(source.params).find((out) => out.name === edge.from.port) : null;
      if (output && output.type !== port.type) {
        problems.push({
          code: "port_type_mismatch",
          data: { from: output.name, fromType: output.type, to: port.name, toType: port.type },
        });
      } else if (source.params && !output) {
        problems.push({ code: "input_missing", data: { port: port.name } });
      }
    }
  }
  return problems;
}
