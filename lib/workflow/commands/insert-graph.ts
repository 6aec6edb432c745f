import type { Graph } from "../clipboard";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

/** Adds steps with edges, groups and notes: a paste, a duplicate, a new step with the wire it was dropped from. Replaced edges go first. */
export const insertGraph = defineCommand<Pick<Graph, "nodes" | "edges"> & Partial<Graph> & { replacedEdges?: string[] }>({
  capture: "now",
  plan: (document, { nodes, edges, groups = [], notes = [], replacedEdges = [] }) => {
    const removed = replacedEdges.map((id): Patch => ({ op: "remove", list: "edges", id }));
    const kept = document.edges.length - replacedEdges.length;
    return [
      ...removed,
      ...groups.map((item, offset): Patch => ({ op: "insert", list: "groups", index: document.groups.length + offset, item })),
      ...nodes.map((item, offset): Patch => ({ op: "insert", list: "nodes", index: document.nodes.length + offset, item })),
      ...edges.map((item, offset): Patch => ({ op: "insert", list: "edges", index: kept + offset, item })),
      ...notes.map((item, offset): Patch => ({ op: "insert", list: "notes", index: document.notes.length + offset, item })),
    ];
  },
});
