import { CARD_HEIGHT, CARD_WIDTH } from "@/lib/workflow/layout";
import type { WorkflowDocument } from "@/lib/workflow/document";

type Point = { x: number; y: number };

/** Canvas pixels around the steps of a group, a multiple of the grid; its header stands above them. */
const SIDE = 32;
const HEADER = 64;

export interface Bounds {
  position: Point;
  width: number;
  height: number;
}

/** The frame of each group, around its steps wherever they are; `placeOf` tells where that is while they are dragged. */
export function frameGroups({ groups, nodes }: Pick<WorkflowDocument, "groups" | "nodes">, placeOf: (node: string) => Point | undefined): Map<string, Bounds> {
  return new Map(
    groups.map((group) => {
      const places = nodes.filter((node) => node.group === group.id).map((node) => placeOf(node.id) ?? node.position);
      const left = Math.min(...places.map(({ x }) => x)) - SIDE;
      const top = Math.min(...places.map(({ y }) => y)) - HEADER;
      const right = Math.max(...places.map(({ x }) => x)) + CARD_WIDTH + SIDE;
      const bottom = Math.max(...places.map(({ y }) => y)) + CARD_HEIGHT + SIDE;
      return [group.id, { position: { x: left, y: top }, width: right - left, height: bottom - top }];
    }),
  );
}
