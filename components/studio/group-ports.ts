import { findStep, getOutputs } from "@/components/steps/step-catalogue";
import { getPortLabel } from "@/components/steps/step-words";
import type { SelectOption } from "@/components/ui/select";
import type { PortType } from "@/lib/steps/_sdk/define-step";
import type { Endpoint, WorkflowDocument, WorkflowNode } from "@/lib/workflow/document";

export const toKey = ({ node, port }: Endpoint): string => `${node}\0${port}`;
export function fromKey(key: string): Endpoint {
  const [node = "", port = ""] = key.split("\0");
  return { node, port };
}

interface Port extends Endpoint {
  type: PortType;
  label: string;
}

function nameOf(node: WorkflowNode, port: string, isOnly: boolean): string {
  return isOnly ? node.title : `${node.title} · ${getPortLabel(node.step, port)}`;
}

/** What the steps of a group give. */
export function listOutputs(document: WorkflowDocument, groupId: string): Port[] {
  return document.nodes.flatMap((node) => {
    const definition = node.group === groupId ? findStep(node.step) : null;
    const ports = definition ? getOutputs(definition, node.params) : [];
    return ports.map(({ name, type }) => ({ node: node.id, port: name, type, label: nameOf(node, name, ports.length === 1) }));
  });
}

/** What the steps of a group take. */
export function listInputs(document: WorkflowDocument, groupId: string): Port[] {
  return document.nodes.flatMap((node) => {
    const ports = (node.group === groupId ? findStep(node.step) : null)?.inputs ?? [];
    return ports.map(({ name, type }) => ({ node: node.id, port: name, type, label: nameOf(node, name, ports.length === 1) }));
  });
}

export const toOptions = (ports: readonly Port[]): SelectOption[] => ports.map((port) => ({ value: toKey(port), label: port.label }));
