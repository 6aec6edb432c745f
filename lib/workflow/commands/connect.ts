import type { WorkflowEdge } from "../document";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

/** Draws an edge. Into a port that takes one edge, it takes the place of the edge that was there. */
export const connect = defineCommand<{ edge: WorkflowEdge; takesMany: boolean }>({
  capture: "now",
  plan: (document, { edge, takesMany }) => {
    const isSamePort = (other: WorkflowEdge) => other.to.node === edge.to.node && other.to.port === edge.to.port;
    const isSame = (other: WorkflowEdge) => isSamePort(other) && other.from.node === edge.from.node && other.from.port === edge.from.port;
    if (document.edges.some(isSame)) return [];
    const replaced = takesMany ? [] : document.edges.filter(isSamePort);
    return [
      ...replaced.map((other): Patch => ({ op: "remove", list: "edges", id: other.id })),
      { op: "insert", list: "edges", index: document.edges.length - replaced.length, item: edge },
    ];
  },
});
