import type { WorkflowEdge, WorkflowNode } from "../document";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

/** Adds steps with edges: a paste, a duplicate, a new step with the wire it was dropped from. Replaced edges go first. */
export const insertGraph = defineCommand<{ nodes: WorkflowNode[]; edges: WorkflowEdge[]; replacedEdges?: string[] }>({
  capture: "now",
  plan: (document, { nodes, edges, replacedEdges = [] }) => {
    const removed = replacedEdges.map((id): Patch => ({ op: "remove-edge", id }));
    const kept = document.edges.length - replacedEdges.length;
    return [
      ...removed,
      ...nodes.map((node, offset): Patch => ({ op: "insert-node", index: document.nodes.length + offset, node })),
      ...edges.map((edge, offset): Patch => ({ op: "insert-edge", index: kept + offset, edge })),
    ];
  },
});
