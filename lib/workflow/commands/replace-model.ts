import { canonicalJson } from "@/lib/core/canonical-json";
import type { WorkflowDocument, WorkflowNode } from "../document";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

/** A model as it stands in a step's parameters. */
export interface UsedModel {
  connection: string;
  model: string;
}

function isUsedModel(value: unknown): value is UsedModel {
  if (typeof value !== "object" || value === null) return false;
  const { connection, model, ...rest } = value as Record<string, unknown>;
  return typeof connection === "string" && typeof model === "string" && model !== "" && Object.keys(rest).length === 0;
}

/** The models that a step names, whatever the parameter is called. */
export function modelsOf(node: WorkflowNode): UsedModel[] {
  return Object.values(node.params).filter(isUsedModel);
}

/** The models of a workflow and how many steps name each, most used first. */
export function countModels(document: WorkflowDocument): { model: UsedModel; steps: number }[] {
  const counts = new Map<string, { model: UsedModel; steps: number }>();
  for (const node of document.nodes) {
    for (const [key, model] of new Map(modelsOf(node).map((used) => [canonicalJson(used), used]))) {
      counts.set(key, { model, steps: (counts.get(key)?.steps ?? 0) + 1 });
    }
  }
  return [...counts.values()].sort((a, b) => b.steps - a.steps);
}

/** Gives another model to every step that names this one, as one change. */
export const replaceModel = defineCommand<{ from: UsedModel; to: UsedModel }>({
  capture: "now",
  plan: (document, { from, to }) => {
    const wanted = canonicalJson(from);
    if (wanted === canonicalJson(to)) return [];
    const isWanted = (value: unknown) => isUsedModel(value) && canonicalJson(value) === wanted;
    return document.nodes
      .filter((node) => Object.values(node.params).some(isWanted))
      .map((node): Patch => {
        const params = Object.fromEntries(Object.entries(node.params).map(([name, value]) => [name, isWanted(value) ? { ...to } : value]));
        return { op: "replace", list: "nodes", item: { ...node, params } };
      });
  },
});
