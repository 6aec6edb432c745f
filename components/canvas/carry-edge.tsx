import { BaseEdge, getSmoothStepPath, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import type { FlowEdge } from "./flow-store";

/** What a round hands to the next one: dashed, and back along the frame. */
export const CarryEdge = memo(function CarryEdge(props: EdgeProps<FlowEdge>) {
  const [path] = getSmoothStepPath({ ...props, offset: 18, borderRadius: 10 });
  return <BaseEdge id={props.id} path={path} interactionWidth={0} style={{ strokeDasharray: "5 4" }} />;
});
