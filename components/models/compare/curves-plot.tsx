import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useColorScheme } from "@/components/shell/use-color-scheme";
import type { Curve } from "./compare-data";

const COLORS = ["--accent", "--kind-train", "--kind-sources", "--kind-evaluate", "--kind-prompting", "--kind-tables", "--kind-out"];
const DASHES: number[][] = [[], [6, 3], [2, 3]];

/** The colour and dashes of a line, the same in every plot and in the legend. */
export function lineStyle(place: number): { color: string; dash: number[] } {
  return { color: COLORS[place % COLORS.length] ?? "--accent", dash: DASHES[Math.floor(place / COLORS.length) % DASHES.length] ?? [] };
}

function makeOptions(host: HTMLElement, labels: readonly string[]): uPlot.Options {
  const style = getComputedStyle(host);
  const color = (name: string) => style.getPropertyValue(name);
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") }, font: "11px Inter", size: 26, space: 48 };
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    legend: { show: false },
    scales: { x: { time: false } },
    axes: [axis, { ...axis, size: 52, space: 24, values: (_, ticks) => ticks.map((tick) => String(Number(tick.toPrecision(3)))) }],
    series: [
      {},
      ...labels.map((label, place) => {
        const { color: name, dash } = lineStyle(place);
        return { label, stroke: color(name), width: 1.5, dash, spanGaps: true, points: { show: false } };
      }),
    ],
  };
}

/** One metric of several trainings by step. */
export function CurvesPlot({ curve, labels, title }: { curve: Curve; labels: readonly string[]; title: string }) {
  const colors = useColorScheme();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(makeOptions(element, labels), [curve.steps, ...curve.lines], element);
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [curve, labels, colors]);
  return (
    <figure className="min-w-0 rounded border bg-surface p-3">
      <figcaption className="mb-1 text-sm font-medium">{title}</figcaption>
      <div ref={host} data-testid="curves-plot" data-lines={curve.lines.length} className="h-52 overflow-hidden" />
    </figure>
  );
}
