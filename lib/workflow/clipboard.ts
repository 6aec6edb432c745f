import { z } from "zod";
import { createId } from "@/lib/core/ids";
import { workflowEdge, workflowGroup, workflowNode, workflowNote, type Endpoint, type WorkflowDocument, type WorkflowGroup } from "./document";

const graph = z.strictObject({
  nodes: z.array(workflowNode),
  edges: z.array(workflowEdge),
  groups: z.array(workflowGroup).default([]),
  notes: z.array(workflowNote).default([]),
});
export type Graph = z.infer<typeof graph>;

/** Steps on the clipboard: JSON text, so that it goes from one workflow, window or chat to another. */
const clipboardGraph = graph.extend({ reverie: z.literal("steps") });

/** The steps, the edges between them, the notes, and the groups that all steps of which are among them. */
export function pickGraph(document: WorkflowDocument, ids: ReadonlySet<string>): Graph {
  const left = new Set(document.nodes.filter((node) => !ids.has(node.id)).map((node) => node.group));
  const nodes = document.nodes.filter((node) => ids.has(node.id)).map((node) => (left.has(node.group) ? { ...node, group: null } : node));
  const groups = new Set(nodes.map((node) => node.group));
  return {
    nodes,
    edges: document.edges.filter((edge) => ids.has(edge.from.node) && ids.has(edge.to.node)),
    groups: document.groups.filter((group) => groups.has(group.id)),
    notes: document.notes.filter((note) => ids.has(note.id)),
  };
}

export function writeClipboardText(picked: Graph): string {
  return JSON.stringify({ reverie: "steps", ...picked });
}

/** Null where the text is something else. */
export function readClipboardText(text: string): Graph | null {
  try {
    const parsed = clipboardGraph.safeParse(JSON.parse(text));
    if (!parsed.success || parsed.data.nodes.length + parsed.data.notes.length === 0) return null;
    const { reverie: _, ...picked } = parsed.data;
    return picked;
  } catch {
    return null;
  }
}

function renameGroup(group: WorkflowGroup, id: string, rename: (node: string) => string): WorkflowGroup {
  const port = (end: Endpoint): Endpoint => ({ ...end, node: rename(end.node) });
  const { repeat, sweep } = group;
  return {
    ...group,
    id,
    repeat: repeat && {
      ...repeat,
      carries: repeat.carries.map(({ from, to }) => ({ from: port(from), to: port(to) })),
      stop: repeat.stop && { ...repeat.stop, output: port(repeat.stop.output) },
      varies: repeat.varies.map((entry) => ({ ...entry, node: rename(entry.node) })),
    },
    sweep: sweep && {
      ...sweep,
      space: sweep.space.map((entry) => ({ ...entry, node: rename(entry.node) })),
      objective: sweep.objective && { ...sweep.objective, output: port(sweep.objective.output) },
    },
  };
}

/** The same under new ids, moved by `offset`. Edges to steps that are not among them are left out. */
export function copyGraph({ nodes, edges, groups, notes }: Graph, offset: { x: number; y: number }): Graph {
  const ids = new Map([...nodes.map((node) => [node.id, createId("n")] as const), ...groups.map((group) => [group.id, createId("g")] as const)]);
  const rename = (id: string): string => ids.get(id) ?? id;
  const move = ({ x, y }: { x: number; y: number }) => ({ x: x + offset.x, y: y + offset.y });
  return {
    nodes: nodes.map((node) => ({ ...node, id: rename(node.id), position: move(node.position), group: node.group === null ? null : (ids.get(node.group) ?? null) })),
    edges: edges.flatMap((edge) => {
      const from = ids.get(edge.from.node);
      const to = ids.get(edge.to.node);
      if (!from || !to) return [];
      return [{ id: createId("e"), from: { ...edge.from, node: from }, to: { ...edge.to, node: to } }];
    }),
    groups: groups.map((group) => renameGroup(group, rename(group.id), rename)),
    notes: notes.map((note) => ({ ...note, id: createId("note"), position: move(note.position) })),
  };
}
