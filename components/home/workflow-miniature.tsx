import { findStep } from "@/components/steps/step-catalogue";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { CARD_HEIGHT, CARD_WIDTH } from "@/lib/workflow/layout";

const PADDING = 60;
const MIN_WIDTH = 1000;
const MIN_HEIGHT = 420;

/** A workflow drawn small: cards in the colours of their kinds, and the wires. */
export function WorkflowMiniature({ document }: { document: WorkflowDocument }) {
  const xs = document.nodes.map((node) => node.position.x);
  const ys = document.nodes.map((node) => node.position.y);
  const box = {
    left: Math.min(...xs, Infinity),
    top: Math.min(...ys, Infinity),
    right: Math.max(...xs, -Infinity) + CARD_WIDTH,
    bottom: Math.max(...ys, -Infinity) + CARD_HEIGHT,
  };
  if (document.nodes.length === 0) return <div className="h-28 rounded-t border-b bg-canvas" />;
  const width = Math.max(MIN_WIDTH, box.right - box.left) + PADDING * 2;
  const height = Math.max(MIN_HEIGHT, box.bottom - box.top) + PADDING * 2;
  const left = (box.left + box.right - width) / 2;
  const top = (box.top + box.bottom - height) / 2;
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  return (
    <svg viewBox={`${String(left)} ${String(top)} ${String(width)} ${String(height)}`} className="h-28 w-full rounded-t border-b bg-canvas" aria-hidden>
      {document.edges.map((edge) => {
        const from = nodes.get(edge.from.node)?.position;
        const to = nodes.get(edge.to.node)?.position;
        if (!from || !to) return null;
        const x1 = from.x + CARD_WIDTH;
        const y1 = from.y + CARD_HEIGHT / 2;
        const y2 = to.y + CARD_HEIGHT / 2;
        const bend = Math.max(40, (to.x - x1) / 2);
        const path = `M${String(x1)},${String(y1)} C${String(x1 + bend)},${String(y1)} ${String(to.x - bend)},${String(y2)} ${String(to.x)},${String(y2)}`;
        return <path key={edge.id} d={path} fill="none" stroke="var(--line-strong)" strokeWidth={5} />;
      })}
      {document.nodes.map((node) => (
        <g key={node.id} opacity={node.disabled ? 0.4 : 1}>
          <rect x={node.position.x} y={node.position.y} width={CARD_WIDTH} height={CARD_HEIGHT} rx={12} fill="var(--surface)" stroke="var(--line-strong)" strokeWidth={3} />
          <rect x={node.position.x} y={node.position.y} width={14} height={CARD_HEIGHT} rx={6} fill={`var(--kind-${findStep(node.step)?.category ?? "tables"})`} />
        </g>
      ))}
    </svg>
  );
}
