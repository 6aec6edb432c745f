import { BaseEdge, EdgeLabelRenderer, getBezierPath, type EdgeProps } from "@xyflow/react";
import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import type { FlowEdge } from "./flow-store";
import { usePlanState, useRunState } from "./studio-context";
import { useShownRound } from "./use-step-status";

const SHOWN_COLUMNS = 12;

function EdgeColumns({ source, port, x, y }: { source: string; port: string; x: number; y: number }) {
  const t = useTranslations("canvas");
  const columns = usePlanState((state) => state.plan.steps.get(source)?.columns[port]);
  if (columns === undefined) return null;
  const names = columns?.slice(0, SHOWN_COLUMNS).map((column) => column.name) ?? [t("columnsUnknown")];
  return (
    <EdgeLabelRenderer>
      <div
        className="pointer-events-none absolute z-10 rounded border border-line-strong bg-surface px-2 py-1 font-mono text-2xs shadow-float"
        style={{ transform: `translate(-50%, -50%) translate(${String(x)}px, ${String(y)}px)` }}
      >
        {names.map((name) => (
          <div key={name}>{name}</div>
        ))}
        {columns && columns.length > SHOWN_COLUMNS && <div>… {columns.length - SHOWN_COLUMNS}</div>}
      </div>
    </EdgeLabelRenderer>
  );
}

/** An edge. Under the pointer it tells the columns that flow along it. */
export const WireEdge = memo(function WireEdge(props: EdgeProps<FlowEdge>) {
  const [hovered, setHovered] = useState(false);
  const shown = useShownRound(props.target);
  const flows = useRunState((state) => state.stepsByNode.get(shown.id)?.state === "running");
  const [path, x, y] = getBezierPath(props);
  return (
    <g
      onPointerEnter={() => {
        setHovered(true);
      }}
      onPointerLeave={() => {
        setHovered(false);
      }}
    >
      <BaseEdge id={props.id} path={path} interactionWidth={18} {...(flows ? { style: { stroke: "var(--busy)" } } : {})} />
      {hovered && props.sourceHandleId && <EdgeColumns source={props.source} port={props.sourceHandleId} x={x} y={y} />}
    </g>
  );
});
