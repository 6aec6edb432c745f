import type { WorkflowDocument } from "@/lib/workflow/document";

/** The document with some parameters of some steps replaced, by node id. */
export function overrideParams(document: WorkflowDocument, overrides: Record<string, Record<string, unknown>>): WorkflowDocument {
  return { ...document, nodes: document.nodes.map((node) => ({ ...node, params: { ...node.params, ...overrides[node.id] } })) };
}
