import { defineCommand } from "./command";
import { emptiedGroups, planUngroup, trimGroups } from "./edit-group";
import type { Patch } from "./patch";

export interface Elements {
  nodes: readonly string[];
  edges: readonly string[];
  /** Groups and notes. */
  frames: readonly string[];
}

/** Removes steps with the edges that touch them, further edges, notes, and frames, whose steps stay. */
export const removeElements = defineCommand<Elements>({
  capture: "now",
  plan: (document, { nodes, edges, frames }) => {
    const goneNodes = new Set(nodes);
    const goneEdges = new Set(edges);
    const touching = document.edges.filter(
      (edge) => goneEdges.has(edge.id) || goneNodes.has(edge.from.node) || goneNodes.has(edge.to.node),
    );
    const isFramed = new Set(frames);
    const groups = new Set([...document.groups.filter((group) => isFramed.has(group.id)), ...emptiedGroups(document, goneNodes)].map((group) => group.id));
    return [
      ...touching.map((edge): Patch => ({ op: "remove", list: "edges", id: edge.id })),
      ...planUngroup(document, groups).filter((patch) => patch.op !== "replace" || !goneNodes.has(patch.item.id)),
      ...trimGroups(document, goneNodes, groups),
      ...nodes.map((id): Patch => ({ op: "remove", list: "nodes", id })),
      ...document.notes.filter((note) => isFramed.has(note.id)).map((note): Patch => ({ op: "remove", list: "notes", id: note.id })),
    ];
  },
});
