import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { CARD_HEIGHT } from "@/lib/workflow/layout";
import type { FlowEdge } from "./flow-store";

/** Canvas pixels: how far it leaves a port to the side, how far below the cards it runs, and its corners. */
const OUT = 16;
const BELOW = CARD_HEIGHT / 2 + 16;
const CORNER = 8;

/** From a port to the right, under the cards, and back up to a port further left. */
function makePath({ sourceX, sourceY, targetX, targetY }: Pick<EdgeProps, "sourceX" | "sourceY" | "targetX" | "targetY">): string {
  const right = sourceX + OUT;
  const left = targetX - OUT;
  const bottom = Math.max(sourceY, targetY) + BELOW;
  return [
    `M ${String(sourceX)} ${String(sourceY)} H ${String(right - CORNER)} q ${String(CORNER)} 0 ${String(CORNER)} ${String(CORNER)}`,
    `V ${String(bottom - CORNER)} q 0 ${String(CORNER)} ${String(-CORNER)} ${String(CORNER)}`,
    `H ${String(left + CORNER)} q ${String(-CORNER)} 0 ${String(-CORNER)} ${String(-CORNER)}`,
    `V ${String(targetY + CORNER)} q 0 ${String(-CORNER)} ${String(CORNER)} ${String(-CORNER)} H ${String(targetX)}`,
  ].join(" ");
}

/** What a round hands to the next one: dashed, and back below the steps. */
export const CarryEdge = memo(function CarryEdge(props: EdgeProps<FlowEdge>) {
  return <BaseEdge id={props.id} path={makePath(props)} interactionWidth={0} style={{ strokeDasharray: "5 4" }} />;
});
