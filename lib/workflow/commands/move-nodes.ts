import type { WorkflowDocument, WorkflowNode } from "../document";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

/** Canvas pixels, by id of a step or a note. */
export type Positions = Record<string, WorkflowNode["position"]>;

function planMoves(document: WorkflowDocument, { positions }: { positions: Positions }): Patch[] {
  const isMoved = (item: { id: string; position: WorkflowNode["position"] }) => {
    const position = positions[item.id];
    return position !== undefined && (position.x !== item.position.x || position.y !== item.position.y);
  };
  const place = <Item extends { id: string; position: WorkflowNode["position"] }>(item: Item): Item => ({ ...item, position: positions[item.id] ?? item.position });
  return [
    ...document.nodes.filter(isMoved).map((node): Patch => ({ op: "replace", list: "nodes", item: place(node) })),
    ...document.notes.filter(isMoved).map((note): Patch => ({ op: "replace", list: "notes", item: place(note) })),
  ];
}

/** The end of a drag, or an arrangement. */
export const moveNodes = defineCommand<{ positions: Positions }>({ capture: "now", plan: planMoves });

/** One tap of an arrow key; a series of taps is one undo. */
export const nudgeNodes = defineCommand<{ positions: Positions }>({ capture: "next", plan: planMoves });
