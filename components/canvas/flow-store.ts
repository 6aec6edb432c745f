import { applyNodeChanges, type Edge, type EdgeChange, type Node, type NodeChange } from "@xyflow/react";
import { createStore, type StoreApi } from "zustand";
import type { WorkflowDocument, WorkflowEdge } from "@/lib/workflow/document";
import { frameGroups, type Bounds } from "./frame-bounds";
import type { Selection, StudioState, StudioStore } from "./studio-store";

/** What is drawn, as React Flow has it: only place and size. What it shows, it takes from the stores itself. */
export type FlowNode = Node<Record<string, never>, "step" | "frame" | "note">;
export type FlowEdge = Edge<Record<string, never>, "wire" | "carry">;

interface FlowState {
  nodes: FlowNode[];
  edges: FlowEdge[];
  changeNodes: (changes: NodeChange<FlowNode>[]) => void;
  changeEdges: (changes: EdgeChange<FlowEdge>[]) => void;
}
export type FlowStore = StoreApi<FlowState>;

const NO_DATA: Record<string, never> = {};
/** A frame lies behind cards and wires, and only its header takes the pointer. */
const BEHIND = -2;
const FRAME_STYLE = { pointerEvents: "none" } as const;

interface Drawn {
  id: string;
  type: FlowNode["type"];
  position: { x: number; y: number };
  size?: { width: number; height: number };
}

function makeNode({ id, type, position, size }: Drawn, selected: boolean, before: FlowNode | undefined): FlowNode {
  const isSame = before?.position.x === position.x && before.position.y === position.y && before.selected === selected;
  if (isSame && (!size || (before.width === size.width && before.height === size.height))) return before;
  const frame = type === "frame" ? { zIndex: BEHIND, style: FRAME_STYLE, dragHandle: ".frame-header" } : type === "note" ? { zIndex: BEHIND + 1 } : {};
  return { ...before, ...frame, id, type, position, data: NO_DATA, selected, ...size };
}

function makeFrame(id: string, { position, width, height }: Bounds, selected: boolean, before: FlowNode | undefined): FlowNode {
  return makeNode({ id, type: "frame", position, size: { width, height } }, selected, before);
}

function makeEdge(edge: WorkflowEdge, selected: boolean, before: FlowEdge | undefined): FlowEdge {
  if (before?.selected === selected) return before;
  const { id, from, to } = edge;
  return { id, type: "wire", source: from.node, sourceHandle: from.port, target: to.node, targetHandle: to.port, data: NO_DATA, selected };
}

function makeCarries({ groups }: WorkflowDocument): FlowEdge[] {
  return groups.flatMap(({ id, repeat }) =>
    (repeat?.carries ?? []).map(({ from, to }) => ({
      id: `${id}.${from.node}.${from.port}.${to.node}.${to.port}`,
      type: "carry" as const,
      source: from.node,
      sourceHandle: from.port,
      target: to.node,
      targetHandle: to.port,
      data: NO_DATA,
      selectable: false,
      focusable: false,
    })),
  );
}

function makeElements({ document, selection }: StudioState, before: { nodes: FlowNode[]; edges: FlowEdge[] }) {
  const nodesBefore = new Map(before.nodes.map((node) => [node.id, node]));
  const edgesBefore = new Map(before.edges.map((edge) => [edge.id, edge]));
  const selectedNodes = new Set(selection.nodes);
  const selectedFrames = new Set(selection.frames);
  const selectedEdges = new Set(selection.edges);
  const bounds = frameGroups(document, () => undefined);
  return {
    nodes: [
      ...[...bounds].map(([id, frame]) => makeFrame(id, frame, selectedFrames.has(id), nodesBefore.get(id))),
      ...document.notes.map(({ id, position, size }) => makeNode({ id, type: "note", position, size }, selectedFrames.has(id), nodesBefore.get(id))),
      ...document.nodes.map(({ id, position }) => makeNode({ id, type: "step", position }, selectedNodes.has(id), nodesBefore.get(id))),
    ],
    edges: [...document.edges.map((edge) => makeEdge(edge, selectedEdges.has(edge.id), edgesBefore.get(edge.id))), ...makeCarries(document)],
  };
}

function changeIds(ids: readonly string[], changes: (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[], isOurs: (id: string) => boolean): readonly string[] {
  const next = new Set(ids);
  for (const change of changes) {
    if (change.type !== "select" || !isOurs(change.id)) continue;
    if (change.selected) next.add(change.id);
    else next.delete(change.id);
  }
  return [...next];
}

/** A frame that is dragged takes its steps along; then each frame lies around its steps again. */
function moveFrames(changes: NodeChange<FlowNode>[], nodes: FlowNode[], document: WorkflowDocument): FlowNode[] {
  const moved = applyNodeChanges(changes, nodes);
  if (document.groups.length === 0) return moved;
  const shifts = new Map<string, { x: number; y: number }>();
  const before = new Map(nodes.map((node) => [node.id, node]));
  const own = new Set(changes.flatMap((change) => (change.type === "position" ? [change.id] : [])));
  for (const node of moved) {
    const old = before.get(node.id);
    if (node.type !== "frame" || !own.has(node.id) || !old) continue;
    shifts.set(node.id, { x: node.position.x - old.position.x, y: node.position.y - old.position.y });
  }
  const groupOf = new Map(document.nodes.map((node) => [node.id, node.group]));
  const shifted = moved.map((node) => {
    const shift = own.has(node.id) ? undefined : shifts.get(groupOf.get(node.id) ?? "");
    return shift ? { ...node, position: { x: node.position.x + shift.x, y: node.position.y + shift.y } } : node;
  });
  const places = new Map(shifted.map((node) => [node.id, node.position]));
  const bounds = frameGroups(document, (id) => places.get(id));
  return shifted.map((node) => {
    const frame = bounds.get(node.id);
    return frame ? makeFrame(node.id, frame, node.selected ?? false, node) : node;
  });
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
  const isStep = (id: string) => studio.getState().nodesById.has(id);
  const store = createStore<FlowState>((set, get) => ({
    ...makeElements(studio.getState(), { nodes: [], edges: [] }),
    changeNodes: (changes) => {
      const others = changes.filter((change) => change.type === "position" || change.type === "dimensions");
      if (others.length > 0) set({ nodes: moveFrames(others, get().nodes, studio.getState().document) });
      if (!changes.some(isSelect)) return;
      select((selection) => ({ ...selection, nodes: changeIds(selection.nodes, changes, isStep), frames: changeIds(selection.frames, changes, (id) => !isStep(id)) }));
    },
    changeEdges: (changes) => {
      if (changes.some(isSelect)) select((selection) => ({ ...selection, edges: changeIds(selection.edges, changes, () => true) }));
    },
  }));
  studio.subscribe((state, before) => {
    if (state.document === before.document && state.selection === before.selection) return;
    store.setState(makeElements(state, store.getState()));
  });
  return store;
}
