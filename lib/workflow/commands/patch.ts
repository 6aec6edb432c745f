import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from "../document";

/** The smallest changes of a document. Every command is made of these, so undo has only these to know. */
export type Patch =
  | { op: "insert-node"; index: number; node: WorkflowNode }
  | { op: "remove-node"; id: string }
  | { op: "replace-node"; node: WorkflowNode }
  | { op: "insert-edge"; index: number; edge: WorkflowEdge }
  | { op: "remove-edge"; id: string }
  | { op: "set-name"; name: string };

export interface Applied {
  document: WorkflowDocument;
  /** Patches that take it back, in the order to apply them. */
  inverse: Patch[];
}

function insertAt<Item>(items: readonly Item[], index: number, item: Item): Item[] {
  return [...items.slice(0, index), item, ...items.slice(index)];
}

/** One patch and its opposite. A patch of something that is not there changes nothing and has no opposite. */
function applyPatch(document: WorkflowDocument, patch: Patch): { document: WorkflowDocument; inverse: Patch | null } {
  switch (patch.op) {
    case "insert-node":
      return {
        document: { ...document, nodes: insertAt(document.nodes, patch.index, patch.node) },
        inverse: { op: "remove-node", id: patch.node.id },
      };
    case "remove-node": {
      const index = document.nodes.findIndex((node) => node.id === patch.id);
      const node = document.nodes[index];
      if (!node) return { document, inverse: null };
      return { document: { ...document, nodes: document.nodes.filter((other) => other !== node) }, inverse: { op: "insert-node", index, node } };
    }
    case "replace-node": {
      const before = document.nodes.find((node) => node.id === patch.node.id);
      if (!before) return { document, inverse: null };
      const nodes = document.nodes.map((node) => (node === before ? patch.node : node));
      return { document: { ...document, nodes }, inverse: { op: "replace-node", node: before } };
    }
    case "insert-edge":
      return {
        document: { ...document, edges: insertAt(document.edges, patch.index, patch.edge) },
        inverse: { op: "remove-edge", id: patch.edge.id },
      };
    case "remove-edge": {
      const index = document.edges.findIndex((edge) => edge.id === patch.id);
      const edge = document.edges[index];
      if (!edge) return { document, inverse: null };
      return { document: { ...document, edges: document.edges.filter((other) => other !== edge) }, inverse: { op: "insert-edge", index, edge } };
    }
    case "set-name":
      return { document: { ...document, name: patch.name }, inverse: { op: "set-name", name: document.name } };
  }
}

export function applyPatches(document: WorkflowDocument, patches: readonly Patch[]): Applied {
  const inverse: Patch[] = [];
  let current = document;
  for (const patch of patches) {
    const step = applyPatch(current, patch);
    current = step.document;
    if (step.inverse) inverse.unshift(step.inverse);
  }
  return { document: current, inverse };
}
