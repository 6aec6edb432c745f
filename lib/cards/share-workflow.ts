import type { WorkflowDocument } from "@/lib/workflow/document";
import { findAncestors } from "@/lib/workflow/topology";
import { lastPart } from "./share-identity";

/**
 * The part of a workflow that leads to a step, as a file that opens in another Reverie. Other branches stay private, and so
 * do the paths of model folders, which mean nothing elsewhere.
 */
export function shareWorkflow(document: WorkflowDocument, nodeId: string): WorkflowDocument {
  const kept = findAncestors(document, nodeId);
  return {
    ...document,
    nodes: document.nodes.filter((node) => kept.has(node.id)).map((node) => ({ ...node, params: Object.fromEntries(Object.entries(node.params).map(([name, value]) => [name, shareParam(value)])) })),
    edges: document.edges.filter((edge) => kept.has(edge.from.node) && kept.has(edge.to.node)),
  };
}

function shareParam(value: unknown): unknown {
  if (!isFolderModel(value)) return value;
  return { ...value, model: `folder:${lastPart(value.model.slice("folder:".length))}` };
}

function isFolderModel(value: unknown): value is { connection: string; model: string } {
  if (typeof value !== "object" || value === null || !("model" in value) || !("connection" in value)) return false;
  return typeof value.model === "string" && value.model.startsWith("folder:");
}
