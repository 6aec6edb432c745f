import type { WorkflowEdge } from "./document";

/** What of a document says what follows from what. */
export interface StepGraph {
  nodes: readonly { id: string }[];
  edges: readonly WorkflowEdge[];
}

/** Edges into each node, in document order. */
export function groupEdgesByTarget(document: StepGraph): Map<string, WorkflowEdge[]> {
  const incoming = new Map<string, WorkflowEdge[]>(document.nodes.map((node) => [node.id, []]));
  for (const edge of document.edges) incoming.get(edge.to.node)?.push(edge);
  return incoming;
}

export interface TopologicalOrder {
  /** Node ids, every node after all nodes that feed it. Nodes on a cycle, or fed by one, are left out. */
  order: string[];
  /** For each node on a cycle, the cycle as node ids. */
  cycles: Map<string, string[]>;
}

/** Kahn's algorithm, stable: nodes that are free together keep the order of the document. */
export function sortTopologically(document: StepGraph): TopologicalOrder {
  const incoming = groupEdgesByTarget(document);
  const outgoing = new Map<string, string[]>(document.nodes.map((node) => [node.id, []]));
  for (const edge of document.edges) outgoing.get(edge.from.node)?.push(edge.to.node);
  const degree = new Map([...incoming].map(([node, edges]) => [node, edges.length]));
  const ready = document.nodes.filter((node) => degree.get(node.id) === 0).map((node) => node.id);
  const order: string[] = [];
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(next);
    for (const target of outgoing.get(next) ?? []) {
      const left = (degree.get(target) ?? 0) - 1;
      degree.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  const sorted = new Set(order);
  const cycles = new Map<string, string[]>();
  for (const node of document.nodes) {
    if (sorted.has(node.id)) continue;
    const path = findPathBack(node.id, outgoing);
    if (path) cycles.set(node.id, path);
  }
  return { order, cycles };
}

/** The shortest way from a node back to itself, or null. */
function findPathBack(start: string, outgoing: Map<string, string[]>): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const next of outgoing.get(node) ?? []) {
      if (next === start) {
        const path = [start];
        for (let step = node; step !== start; step = cameFrom.get(step) ?? start) path.push(step);
        return [start, ...path.slice(1).reverse()];
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, node);
        queue.push(next);
      }
    }
  }
  return null;
}

/** The node and everything that feeds it. */
export function findAncestors(document: StepGraph, nodeId: string): Set<string> {
  return follow(document, nodeId, (edge) => [edge.to.node, edge.from.node]);
}

/** The node and everything it feeds. */
export function findDescendants(document: StepGraph, nodeId: string): Set<string> {
  return follow(document, nodeId, (edge) => [edge.from.node, edge.to.node]);
}

function follow(document: StepGraph, start: string, step: (edge: WorkflowEdge) => [string, string]): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of document.edges) {
    const [from, to] = step(edge);
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const found = new Set([start]);
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const target of next.get(node) ?? []) {
      if (found.has(target)) continue;
      found.add(target);
      queue.push(target);
    }
  }
  return found;
}
