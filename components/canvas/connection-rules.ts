import { findStep, getOutputs } from "@/components/steps/step-catalogue";
import type { InputPort, PortType } from "@/lib/steps/_sdk/define-step";
import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from "@/lib/workflow/document";
import { findDescendants } from "@/lib/workflow/topology";

export function findInput(node: WorkflowNode | undefined, port: string): InputPort | null {
  return (node && findStep(node.step)?.inputs.find((input) => input.name === port)) ?? null;
}

export function findOutputType(node: WorkflowNode | undefined, port: string): PortType | null {
  const definition = node && findStep(node.step);
  return (definition && getOutputs(definition, node.params).find((output) => output.name === port)?.type) ?? null;
}

/** Whether an edge may be drawn: of one type at both ends, and never back to what feeds it. */
export function canConnect(
  document: WorkflowDocument,
  nodes: ReadonlyMap<string, WorkflowNode>,
  from: WorkflowEdge["from"],
  to: WorkflowEdge["to"],
): boolean {
  const input = findInput(nodes.get(to.node), to.port);
  if (!input || findOutputType(nodes.get(from.node), from.port) !== input.type) return false;
  return !findDescendants(document, to.node).has(from.node);
}
