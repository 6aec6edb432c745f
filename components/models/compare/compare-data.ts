import type { ComparedTraining } from "@/lib/contracts/trainings";
import { listMetrics } from "../loss-plot";

/** Where trainings are compared: those of a run, or chosen ones. */
export function comparePath(which: { models: readonly string[] } | { run: string }): string {
  const query = new URLSearchParams("run" in which ? { run: which.run } : { models: which.models.join(",") });
  return `/models/compare?${query.toString().replaceAll("%2C", ",")}`;
}

/** The name of each, told apart by its step where several have the same one. */
export function labelTrainings(trainings: readonly ComparedTraining[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of trainings) counts.set(name, (counts.get(name) ?? 0) + 1);
  const labels = trainings.map(({ name, nodeId }) => ((counts.get(name) ?? 0) > 1 ? `${name} (${nodeId})` : name));
  return labels.map((label, place) => (labels.indexOf(label) === place ? label : `${label} ${String(labels.slice(0, place + 1).filter((other) => other === label).length)}`));
}

/** What says nothing of how a training was set: names and where its rows are kept. */
const INDIFFERENT = new Set(["modelId", "name", "version", "data.train.parts", "data.validation.parts"]);

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (INDIFFERENT.has(path)) return;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) flatten(inner, path === "" ? name : `${path}.${name}`, into);
  } else into.set(path, typeof value === "string" ? value : JSON.stringify(value ?? null));
}

export interface Difference {
  setting: string;
  /** One a training; null where it has no such setting. */
  values: (string | null)[];
}

/** The settings in which the trainings differ, and no other. */
export function listDifferences(trainings: readonly ComparedTraining[]): Difference[] {
  const settings = trainings.map(({ request }) => {
    const flat = new Map<string, string>();
    flatten(request, "", flat);
    return flat;
  });
  const names = [...new Set(settings.flatMap((flat) => [...flat.keys()]))];
  return names.map((setting) => ({ setting, values: settings.map((flat) => flat.get(setting) ?? null) })).filter(({ values }) => new Set(values).size > 1);
}

export interface Curve {
  kind: "train" | "eval";
  metric: string;
  steps: number[];
  /** One line a training, null where it has no point. */
  lines: (number | null)[][];
}

/** One plot a metric, the most asked for first; on validation rows and on training rows apart. */
export function listCurves(trainings: readonly ComparedTraining[]): Curve[] {
  const points = trainings.flatMap(({ metrics }) => metrics);
  return listMetrics(points).flatMap((metric) =>
    (["eval", "train"] as const).flatMap((kind) => {
      const maps = trainings.map(({ metrics }) => new Map(metrics.filter((point) => point.kind === kind && (point.values[metric] ?? null) !== null).map(({ step, values }) => [step, values[metric] ?? null])));
      const steps = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort((a, b) => a - b);
      return steps.length === 0 ? [] : [{ kind, metric, steps, lines: maps.map((map) => steps.map((step) => map.get(step) ?? null)) }];
    }),
  );
}
