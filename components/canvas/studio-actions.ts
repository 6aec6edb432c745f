import { getOutputs } from "@/components/steps/step-catalogue";
import { getStepWords } from "@/components/steps/step-words";
import { createId } from "@/lib/core/ids";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { copyGraph, pickGraph, readClipboardText, writeClipboardText, type Graph } from "@/lib/workflow/clipboard";
import { addNode } from "@/lib/workflow/commands/add-node";
import { groupNodes, ungroupNodes } from "@/lib/workflow/commands/edit-group";
import { toggleCache, toggleDisabled } from "@/lib/workflow/commands/edit-node";
import { addNote } from "@/lib/workflow/commands/edit-note";
import { insertGraph } from "@/lib/workflow/commands/insert-graph";
import { moveNodes, nudgeNodes } from "@/lib/workflow/commands/move-nodes";
import { removeElements } from "@/lib/workflow/commands/remove-elements";
import { createNode, type WorkflowDocument, type WorkflowEdge, type WorkflowNode } from "@/lib/workflow/document";
import { arrangeNodes, CARD_HEIGHT, CARD_WIDTH } from "@/lib/workflow/layout";
import { findInput, findOutputType } from "./connection-rules";
import type { StudioStore } from "./studio-store";
import type { StepSearch } from "./view-store";

export const GRID = 16;
const PASTE_OFFSET = { x: 32, y: 32 };

type Point = WorkflowNode["position"];

const snap = ({ x, y }: Point): Point => ({ x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID });

/** The step's title, numbered where another step already has it. */
function makeTitle(document: WorkflowDocument, stepId: string): string {
  const { title } = getStepWords(stepId);
  const taken = new Set(document.nodes.map((node) => node.title));
  let name = title;
  for (let count = 2; taken.has(name); count++) name = `${title} ${String(count)}`;
  return name;
}

function makeNode(document: WorkflowDocument, step: AnyStepDefinition, position: Point, params: Record<string, unknown>): WorkflowNode {
  return createNode({ id: createId("n"), step: step.id, title: makeTitle(document, step.id), params: { ...step.defaults, ...params }, position: snap(position) });
}

/** The nearest free place below a point: cards do not cover each other. */
function findFreePlace(document: WorkflowDocument, at: Point): Point {
  const covers = (point: Point) =>
    document.nodes.some(
      ({ position }) => Math.abs(position.x - point.x) < CARD_WIDTH && Math.abs(position.y - point.y) < CARD_HEIGHT,
    );
  let place = snap(at);
  while (covers(place)) place = { x: place.x, y: place.y + CARD_HEIGHT + GRID };
  return place;
}

/** Adds a step at a free place near a point and selects it. */
export function addStep(studio: StudioStore, step: AnyStepDefinition, at: Point, params: Record<string, unknown> = {}): string {
  const { document, dispatch, select } = studio.getState();
  const node = makeNode(document, step, findFreePlace(document, at), params);
  dispatch(addNode, { node });
  select({ nodes: [node.id], edges: [] });
  return node.id;
}

function wireTo(node: WorkflowNode, step: AnyStepDefinition, wire: NonNullable<StepSearch["wire"]>, studio: StudioStore): WorkflowEdge | null {
  const other = studio.getState().nodesById.get(wire.node);
  const here = { node: wire.node, port: wire.port };
  if (wire.side === "source") {
    const type = findOutputType(other, wire.port);
    const port = step.inputs.find((input) => input.type === type);
    return port ? { id: createId("e"), from: here, to: { node: node.id, port: port.name } } : null;
  }
  const type = findInput(other, wire.port)?.type;
  const port = getOutputs(step, node.params).find((output) => output.type === type);
  return port ? { id: createId("e"), from: { node: node.id, port: port.name }, to: here } : null;
}

/** Adds the step found in a search, with the wire it was opened from: both are one undo. */
export function addFoundStep(studio: StudioStore, step: AnyStepDefinition, { canvas, wire }: StepSearch): void {
  if (!wire) {
    addStep(studio, step, canvas);
    return;
  }
  const { document, dispatch, select, nodesById } = studio.getState();
  const at = { x: wire.side === "source" ? canvas.x : canvas.x - CARD_WIDTH, y: canvas.y - CARD_HEIGHT / 2 };
  const node = makeNode(document, step, findFreePlace(document, at), {});
  const edge = wireTo(node, step, wire, studio);
  const takesMany = edge?.to.node === wire.node && findInput(nodesById.get(wire.node), wire.port)?.many === true;
  const replacedEdges =
    edge?.to.node === wire.node && !takesMany
      ? document.edges.filter((other) => other.to.node === wire.node && other.to.port === wire.port).map((other) => other.id)
      : [];
  dispatch(insertGraph, { nodes: [node], edges: edge ? [edge] : [], replacedEdges });
  select({ nodes: [node.id], edges: [] });
}

const isNothing = ({ nodes, notes }: Graph) => nodes.length + notes.length === 0;

function insertCopy(studio: StudioStore, graph: Graph, offset: Point): void {
  const copy = copyGraph(graph, offset);
  const { dispatch, select } = studio.getState();
  dispatch(insertGraph, copy);
  select({ nodes: copy.nodes.map((node) => node.id), frames: copy.notes.map((note) => note.id) });
}

/** A frame stands for its steps. */
function pickSelection(studio: StudioStore): Graph {
  const { document, selection } = studio.getState();
  const framed = document.nodes.filter((node) => node.group !== null && selection.frames.includes(node.group)).map((node) => node.id);
  return pickGraph(document, new Set([...selection.nodes, ...selection.frames, ...framed]));
}

/** Text for the clipboard; null with nothing selected. */
export function copySelection(studio: StudioStore): string | null {
  const graph = pickSelection(studio);
  return isNothing(graph) ? null : writeClipboardText(graph);
}

/** Puts steps from the clipboard at a point, or beside where they were. False where the text is something else. */
export function pasteText(studio: StudioStore, text: string, at: Point | null): boolean {
  const graph = readClipboardText(text);
  if (!graph) return false;
  const places = [...graph.nodes, ...graph.notes].map((item) => item.position);
  const left = Math.min(...places.map(({ x }) => x));
  const top = Math.min(...places.map(({ y }) => y));
  insertCopy(studio, graph, at ? snap({ x: at.x - left, y: at.y - top }) : PASTE_OFFSET);
  return true;
}

export function duplicateSelection(studio: StudioStore): void {
  const graph = pickSelection(studio);
  if (!isNothing(graph)) insertCopy(studio, graph, PASTE_OFFSET);
}

export function removeSelection(studio: StudioStore): void {
  const { selection, dispatch } = studio.getState();
  dispatch(removeElements, selection);
}

export function toggleSelection(studio: StudioStore): void {
  const { selection, dispatch } = studio.getState();
  dispatch(toggleDisabled, { ids: selection.nodes });
}

/** Puts the selected steps into a group and selects its frame. */
export function groupSelection(studio: StudioStore, title: string): void {
  const { selection, dispatch, select } = studio.getState();
  if (selection.nodes.length === 0) return;
  const id = createId("g");
  dispatch(groupNodes, { group: { id, title, repeat: null, sweep: null }, ids: selection.nodes });
  select({ frames: [id] });
}

/** Takes the frames away that are selected, and the selected steps out of theirs. */
export function ungroupSelection(studio: StudioStore): void {
  const { document, selection, dispatch } = studio.getState();
  const framed = document.nodes.filter((node) => node.group !== null && selection.frames.includes(node.group)).map((node) => node.id);
  dispatch(ungroupNodes, { ids: [...selection.nodes, ...framed] });
}

export function addNoteAt(studio: StudioStore, at: Point): void {
  const { document, dispatch, select } = studio.getState();
  const id = createId("note");
  dispatch(addNote, { note: { id, text: "", position: findFreePlace(document, at), size: { width: 256, height: 128 }, color: "yellow" } });
  select({ frames: [id] });
}

export function toggleCacheOfSelection(studio: StudioStore): void {
  const { selection, dispatch } = studio.getState();
  dispatch(toggleCache, { ids: selection.nodes });
}

export function selectAll(studio: StudioStore): void {
  const { document, select } = studio.getState();
  const frames = [...document.groups, ...document.notes].map((frame) => frame.id);
  select({ nodes: document.nodes.map((node) => node.id), edges: document.edges.map((edge) => edge.id), frames });
}

/** Arranges the selected steps; all of them where fewer than two are selected. */
export function arrangeSelection(studio: StudioStore): void {
  const { document, selection, dispatch } = studio.getState();
  const ids = selection.nodes.length > 1 ? new Set(selection.nodes) : undefined;
  dispatch(moveNodes, { positions: arrangeNodes(document, ids) });
}

export function nudgeSelection(studio: StudioStore, by: Point): void {
  const { document, nodesById, selection, dispatch } = studio.getState();
  const framed = document.nodes.filter((node) => node.group !== null && selection.frames.includes(node.group));
  const chosen = [...selection.nodes.flatMap((id) => nodesById.get(id) ?? []), ...framed, ...document.notes.filter((note) => selection.frames.includes(note.id))];
  const positions = chosen.map(({ id, position }) => [id, { x: position.x + by.x, y: position.y + by.y }] as const);
  dispatch(nudgeNodes, { positions: Object.fromEntries(positions) });
}
