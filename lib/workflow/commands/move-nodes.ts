import type { WorkflowDocument, WorkflowNode } from "../document";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

export type Positions = Record<string, WorkflowNode["position"]>;

function planMoves(document: WorkflowDocument, { positions }: { positions: Positions }): Patch[] {
  return document.nodes.flatMap((node): Patch[] => {
    const position = positions[node.id];
    if (!position || (position.x === node.position.x && position.y === node.position.y)) return [];
    return [{ op: "replace-node", node: { ...node, position } }];
  });
}

/** The end of a drag, or an arrangement. */
export const moveNodes = defineCommand<{ positions: Positions }>({ capture: "now", plan: planMoves });

/** One tap of an arrow key; a series of taps is one undo. */
export const nudgeNodes = defineCommand<{ positions: Positions }>({ capture: "next", plan: planMoves });
