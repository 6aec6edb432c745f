import { defineCommand } from "./command";
import type { Patch } from "./patch";

/** Removes steps with the edges that touch them, and further edges. */
export const removeElements = defineCommand<{ nodes: readonly string[]; edges: readonly string[] }>({
  capture: "now",
  plan: (document, { nodes, edges }) => {
    const goneNodes = new Set(nodes);
    const goneEdges = new Set(edges);
    const touching = document.edges.filter(
      (edge) => goneEdges.has(edge.id) || goneNodes.has(edge.from.node) || goneNodes.has(edge.to.node),
    );
    return [
      ...touching.map((edge): Patch => ({ op: "remove-edge", id: edge.id })),
      ...nodes.map((id): Patch => ({ op: "remove-node", id })),
    ];
  },
});
