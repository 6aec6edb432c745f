import { applyNodeChanges, type Edge, type EdgeChange, type Node, type NodeChange } from "@xyflow/react";
import { createStore, type StoreApi } from "zustand";
import type { WorkflowEdge, WorkflowNode } from "@/lib/workflow/document";
import type { Selection, StudioState, StudioStore } from "./studio-store";

/** A step as React Flow has it: only its place and size. What it shows, it takes from the stores itself. */
export type FlowNode = Node<Record<string, never>, "step">;
export type FlowEdge = Edge<Record<string, never>, "wire">;

interface FlowState {
  nodes: FlowNode[];
  edges: FlowEdge[];
  changeNodes: (changes: NodeChange<FlowNode>[]) => void;
  changeEdges: (changes: EdgeChange<FlowEdge>[]) => void;
}
export type FlowStore = StoreApi<FlowState>;

const NO_DATA: Record<string, never> = {};

function makeNode(node: WorkflowNode, selected: boolean, before: FlowNode | undefined): FlowNode {
  const { x, y } = node.position;
  if (before?.position.x === x && before.position.y === y && before.selected === selected) return before;
  return { ...before, id: node.id, type: "step", position: node.position, data: NO_DATA, selected };
}

function makeEdge(edge: WorkflowEdge, selected: boolean, before: FlowEdge | undefined): FlowEdge {
  if (before?.selected === selected) return before;
  const { id, from, to } = edge;
  return { id, type: "wire", source: from.node, sourceHandle: from.port, target: to.node, targetHandle: to.port, data: NO_DATA, selected };
}

function makeElements({ document, selection }: StudioState, before: { nodes: FlowNode[]; edges: FlowEdge[] }) {
  const nodesBefore = new Map(before.nodes.map((node) => [node.id, node]));
  const edgesBefore = new Map(before.edges.map((edge) => [edge.id, edge]));
  const selectedNodes = new Set(selection.nodes);
  const selectedEdges = new Set(selection.edges);
  return {
    nodes: document.nodes.map((node) => makeNode(node, selectedNodes.has(node.id), nodesBefore.get(node.id))),
    edges: document.edges.map((edge) => makeEdge(edge, selectedEdges.has(edge.id), edgesBefore.get(edge.id))),
  };
}

function changeIds(ids: readonly string[], changes: (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[]): readonly string[] {
  const next = new Set(ids);
  for (const change of changes) {
    if (change.type !== "select") continue;
    if (change.selected) next.add(change.id);
    else next.delete(change.id);
  }
  return [...next];
}

const isSelect = (change: { type: string }) => change.type === "select";

/**
 * What React Flow draws. It follows document and selection; while a drag lasts it alone knows where the cards are, so that
 * the document changes once, at the end.
 */
export function createFlowStore(studio: StudioStore): FlowStore {
  const select = (change: (selection: Selection) => Selection) => {
    studio.getState().select(change(studio.getState().selection));
  };
  const store = createStore<FlowState>((set, get) => ({
    ...makeElements(studio.getState(), { nodes: [], edges: [] }),
    changeNodes: (changes) => {
      const others = changes.filter((change) => change.type === "position" || change.type === "dimensions");
      if (others.length > 0) set({ nodes: applyNodeChanges(others, get().nodes) });
      if (changes.some(isSelect)) select((selection) => ({ ...selection, nodes: changeIds(selection.nodes, changes) }));
    },
    changeEdges: (changes) => {
      if (changes.some(isSelect)) select((selection) => ({ ...selection, edges: changeIds(selection.edges, changes) }));
    },
  }));
  studio.subscribe((state, before) => {
    if (state.document === before.document && state.selection === before.selection) return;
    store.setState(makeElements(state, store.getState()));
  });
  return store;
}
