import { Graph, layout } from "@dagrejs/dagre";
import type { Positions } from "./commands/move-nodes";
import type { WorkflowDocument } from "./document";

/** Canvas pixels. All cards have this size at most. */
export const CARD_WIDTH = 224;
export const CARD_HEIGHT = 84;
const GRID = 16;

const snap = (value: number) => Math.round(value / GRID) * GRID;

/**
 * Places for the chosen steps (all of them by default), from left to right along the edges. The top left corner of what is
 * arranged stays where it was.
 */
export function arrangeNodes(document: WorkflowDocument, ids?: ReadonlySet<string>): Positions {
  const chosen = document.nodes.filter((node) => !ids || ids.has(node.id));
  if (chosen.length === 0) return {};
  const graph = new Graph({ multigraph: true, compound: true });
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 88 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of chosen) graph.setNode(node.id, { width: CARD_WIDTH, height: CARD_HEIGHT });
  // Steps of a group stay together.
  for (const node of chosen) {
    if (node.group === null) continue;
    graph.setNode(node.group, {});
    graph.setParent(node.id, node.group);
  }
  for (const edge of document.edges) {
    if (graph.hasNode(edge.from.node) && graph.hasNode(edge.to.node)) graph.setEdge(edge.from.node, edge.to.node, {}, edge.id);
  }
  layout(graph);
  const placed = chosen.map((node) => {
    const { x, y } = graph.node(node.id) as { x: number; y: number };
    return { id: node.id, x: x - CARD_WIDTH / 2, y: y - CARD_HEIGHT / 2 };
  });
  const corner = (points: { x: number; y: number }[]) => ({ x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) });
  const from = corner(placed);
  const to = corner(chosen.map((node) => node.position));
  return Object.fromEntries(placed.map(({ id, x, y }) => [id, { x: snap(x - from.x + to.x), y: snap(y - from.y + to.y) }]));
}
