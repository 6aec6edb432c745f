import { z } from "zod";
import { createId } from "@/lib/core/ids";
import { workflowEdge, workflowNode, type WorkflowDocument, type WorkflowEdge, type WorkflowNode } from "./document";

/** Steps on the clipboard: JSON text, so that it goes from one workflow, window or chat to another. */
const clipboardGraph = z.strictObject({
  reverie: z.literal("steps"),
  nodes: z.array(workflowNode).min(1),
  edges: z.array(workflowEdge),
});

export interface Graph {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
}

/** The steps and the edges between them. */
export function pickGraph(document: WorkflowDocument, ids: ReadonlySet<string>): Graph {
  return {
    nodes: document.nodes.filter((node) => ids.has(node.id)),
    edges: document.edges.filter((edge) => ids.has(edge.from.node) && ids.has(edge.to.node)),
  };
}

export function writeClipboardText(graph: Graph): string {
  return JSON.stringify({ reverie: "steps", ...graph });
}

/** Null where the text is something else. */
export function readClipboardText(text: string): Graph | null {
  try {
    const parsed = clipboardGraph.safeParse(JSON.parse(text));
    return parsed.success ? { nodes: parsed.data.nodes, edges: parsed.data.edges } : null;
  } catch {
    return null;
  }
}

/** The same steps under new ids, moved by `offset`. Edges to steps that are not among them are left out. */
export function copyGraph({ nodes, edges }: Graph, offset: { x: number; y: number }): Graph {
  const ids = new Map(nodes.map((node) => [node.id, createId("n")]));
  return {
    nodes: nodes.map((node) => ({
      ...node,
      id: ids.get(node.id) ?? node.id,
      position: { x: node.position.x + offset.x, y: node.position.y + offset.y },
    })),
    edges: edges.flatMap((edge) => {
      const from = ids.get(edge.from.node);
      const to = ids.get(edge.to.node);
      if (!from || !to) return [];
      return [{ id: createId("e"), from: { ...edge.from, node: from }, to: { ...edge.to, node: to } }];
    }),
  };
}
