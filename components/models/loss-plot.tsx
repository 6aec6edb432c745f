import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import uPlot from "uplot";
import { useTranslations } from "use-intl";
import { useColorScheme } from "@/components/shell/use-color-scheme";
import { Select } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { useMetricNames } from "./use-metric-names";

export interface MetricPoint {
  step: number;
  kind: "train" | "eval";
  values: Record<string, number | null>;
}

/** Pixels: below that axes and lines cannot be told apart. */
const MIN_HEIGHT = 90;
/** uPlot's number for a logarithmic scale; its enum has no value at run time. */
const LOG_SCALE: Record<string, number> = { distr: 3 };
const SMOOTHINGS = [0, 0.6, 0.9];

/** Exponential moving average with its start corrected, so that the first points are not pulled to zero. */
export function smooth(values: (number | null)[], factor: number): (number | null)[] {
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = factor * average + (1 - factor) * value;
    weight = factor * weight + (1 - factor);
    return average / weight;
  });
}

/** What tells nothing as a curve. */
const UNDRAWN = new Set(["epoch", "num_tokens", "runtime", "samples_per_second", "steps_per_second", "model_preparation_time"]);
const FIRST = ["loss", "reward", "accuracy", "f1", "perplexity", "learning_rate", "grad_norm", "tokens_per_second", "memory_mb"];

/** Names of what was measured, the most asked for first. */
export function listMetrics(points: readonly MetricPoint[]): string[] {
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))].filter((name) => !UNDRAWN.has(name));
  return ["loss", ...FIRST.filter((name) => name !== "loss" && names.includes(name)), ...names.filter((name) => !FIRST.includes(name)).sort()];
}

function makeSeries(points: MetricPoint[], metric: string, factor: number): uPlot.AlignedData {
  const steps = [...new Set(points.map((point) => point.step))].sort((a, b) => a - b);
  const valuesOf = (kind: MetricPoint["kind"]) => {
    const byStep = new Map(points.filter((point) => point.kind === kind && (point.values[metric] ?? null) !== null).map((point) => [point.step, point.values[metric]]));
    return steps.map((step) => byStep.get(step) ?? null);
  };
  return [steps, smooth(valuesOf("train"), factor), valuesOf("eval")];
}

function makeOptions(host: HTMLElement, words: { step: string; train: string; evaluation: string }, isLog: boolean, legend: HTMLElement | null): uPlot.Options {
  const style = getComputedStyle(host);
  const color = (name: string) => style.getPropertyValue(name);
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") }, font: "11px Inter", size: 26, space: 48 };
  return {
    width: host.clientWidth,
    height: Math.max(MIN_HEIGHT, host.clientHeight),
    legend: { mount: (_, table) => legend?.replaceChildren(table) },
    scales: { x: { time: false }, y: { auto: true, ...(isLog ? LOG_SCALE : {}) } },
    axes: [axis, { ...axis, size: 48, space: 24 }],
    series: [
      { label: words.step },
      { label: words.train, stroke: color("--accent"), width: 1.5, spanGaps: true, points: { show: false } },
      { label: words.evaluation, stroke: color("--kind-train"), width: 2, spanGaps: true, points: { show: true, size: 6 } },
    ],
  };
}

interface LossPlotProps {
  metrics: MetricPoint[];
  /** Shown in the line above the plot. */
  head?: ReactNode;
}

/** The loss, or another metric, over the steps of a training as it goes. It fills the height it is given. */
export function LossPlot({ metrics, head }: LossPlotProps) {
  const t = useTranslations("models.plot");
  const colors = useColorScheme();
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [isLog, setIsLog] = useState(false);
  const [factor, setFactor] = useState(0);
  const [metric, setMetric] = useState("loss");
  const nameOf = useMetricNames();
  const names = useMemo(() => listMetrics(metrics), [metrics]);
  const data = useMemo(() => makeSeries(metrics, metric, factor), [metrics, metric, factor]);
  const latest = useRef(data);
  const words = useMemo(() => ({ step: t("step"), train: t("train"), evaluation: t("evaluation") }), [t]);
  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data);
  }, [data]);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(makeOptions(element, words, isLog, legend.current), latest.current, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: Math.max(MIN_HEIGHT, element.clientHeight) });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [words, isLog, colors]);
  return (
    <figure className="flex h-full min-h-0 flex-col gap-1" aria-label={t("label", { metric: nameOf(metric) })}>
      <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
        {head}
        <span className="w-44">
          <Select size="sm" aria-label={t("metric")} value={metric} options={names.map((name) => ({ value: name, label: nameOf(name) }))} onChange={setMetric} />
        </span>
        <span className="flex items-center gap-1" role="group" aria-label={t("smoothing")}>
          {t("smoothing")}
          {SMOOTHINGS.map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={value === factor}
              onClick={() => {
                setFactor(value);
              }}
              className={`rounded-sm px-1.5 hover:bg-hover ${value === factor ? "bg-pressed text-text" : ""}`}
            >
              {value === 0 ? t("none") : value}
            </button>
          ))}
        </span>
        <label className="flex items-center gap-1.5">
          {t("log")}
          <Switch aria-label={t("log")} checked={isLog} onChange={setIsLog} />
        </label>
      </div>
      <div className="relative min-h-0 flex-1">
        <div ref={host} data-testid="loss-plot" data-points={metrics.length} className="absolute inset-0 overflow-hidden" />
        {/* A loss falls, so the corner at the upper right is free. */}
        <div ref={legend} hidden={metrics.length === 0} className="pointer-events-none absolute top-1 right-2 rounded-sm bg-surface/80 text-muted" />
        {metrics.length === 0 && <p className="absolute inset-0 flex items-center justify-center text-sm text-muted">{t("empty")}</p>}
      </div>
    </figure>
  );
}
