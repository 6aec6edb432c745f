import { valueNamed } from "@/lib/core/named-values";
import { useFormatter, useTranslations } from "use-intl";
import type { Chart } from "@/lib/steps/_sdk/define-step";
import { makeAxis, type Axis, type Row } from "./parallel-axes";

/** Pixels. */
const LEAST_GAP = 168;
const MOST_GAP = 300;
const WIDTH = 720;
const HEIGHT = 156;
const TOP = 34;
const FOOT = 14;
const SIDE = 84;
const LABEL_LENGTH = 20;

const shorten = (text: string): string => (text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH - 1)}…` : text);

/** One line a row over parallel axes (Inselberg, 1985), coloured by how near its value is to the best. */
export function ParallelPlot({ rows, chart }: { rows: readonly Row[]; chart: Extract<Chart, { kind: "parallel" }> }) {
  const t = useTranslations("data.chart");
  const format = useFormatter();
  const drawn = rows.filter((row) => typeof row[chart.value] === "number");
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== chart.best && name !== chart.value && !chart.leaveOut.includes(name));
  const axes = [...names, chart.value].map((name) => makeAxis(name, drawn));
  const gap = Math.min(MOST_GAP, Math.max(LEAST_GAP, (WIDTH - 2 * SIDE) / Math.max(1, axes.length - 1)));
  const x = (index: number) => SIDE + index * gap;
  const y = (at: number) => HEIGHT - FOOT - at * (HEIGHT - FOOT - TOP);
  const best = drawn.find((row) => row[chart.best] === true);
  const outcome = axes.at(-1);
  const write = (value: unknown): string => (typeof value === "number" ? format.number(value, { maximumSignificantDigits: 4 }) : value === null || value === undefined ? t("noValue") : typeof value === "string" ? value : JSON.stringify(value));
  const nearness = (row: Row) => 1 - Math.abs((outcome?.placeOf(row[chart.value]) ?? 0) - (best && outcome ? (outcome.placeOf(best[chart.value]) ?? 0) : 1));
  const pathOf = (row: Row) =>
    axes
      .flatMap((axis: Axis, index) => {
        const at = axis.placeOf(valueNamed(row, axis.name));
        return at === null ? [] : [`${String(x(index))},${String(y(at))}`];
      })
      .join(" ");
  // The best is drawn last, over the others.
  const ordered = drawn.toSorted((a, b) => Number(a[chart.best] === true) - Number(b[chart.best] === true) || nearness(a) - nearness(b));
  const width = 2 * SIDE + (axes.length - 1) * gap;
  const left = rows.length - drawn.length;
  return (
    <figure className="flex flex-col gap-2">
      <figcaption className="text-xs text-muted">
        {t("parallel", { value: chart.value })}
        {left > 0 && ` · ${t("onlyDone", { count: left })}`}
      </figcaption>
      <svg role="img" aria-label={t("parallel", { value: chart.value })} width={width} height={HEIGHT} className="max-w-none text-xs">
        {ordered.map((row) => {
          const isBest = row[chart.best] === true;
          const text = axes.map(({ name }) => `${name} ${write(valueNamed(row, name))}`).join(", ");
          return (
            <polyline
              key={String(row["trial"])}
              data-trial={String(row["trial"])}
              points={pathOf(row)}
              fill="none"
              strokeWidth={isBest ? 3 : 1.5}
              strokeLinejoin="round"
              className="hover:stroke-[4px]"
              style={{ stroke: `color-mix(in oklab, var(--accent) ${String(Math.round(nearness(row) * 100))}%, var(--line-strong))`, opacity: isBest ? 1 : 0.85 }}
            >
              <title>{t("trialLine", { trial: String(row["trial"]), text })}</title>
            </polyline>
          );
        })}
        {axes.map((axis, index) => (
          <g key={axis.name}>
            <line x1={x(index)} x2={x(index)} y1={y(0)} y2={y(1)} className="stroke-line-strong" />
            <text x={x(index)} y={14} textAnchor="middle" className="fill-text font-medium">
              {shorten(axis.name)}
              <title>{axis.name}</title>
            </text>
            {axis.ticks.map(({ label, at }) => (
              <text key={String(at)} x={x(index) + (axis === outcome ? 7 : -7)} y={y(at) + 4} textAnchor={axis === outcome ? "start" : "end"} className="fill-muted tabular-nums" style={{ paintOrder: "stroke", stroke: "var(--surface)", strokeWidth: 3 }}>
                {shorten(write(label))}
                <title>{write(label)}</title>
              </text>
            ))}
          </g>
        ))}
      </svg>
    </figure>
  );
}
