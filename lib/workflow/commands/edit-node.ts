import type { WorkflowDocument, WorkflowNode } from "../document";
import { canonicalJson } from "@/lib/core/canonical-json";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

function planEdit(document: WorkflowDocument, id: string, edit: (node: WorkflowNode) => WorkflowNode): Patch[] {
  const node = document.nodes.find((other) => other.id === id);
  if (!node) return [];
  const edited = edit(node);
  return canonicalJson(node) === canonicalJson(edited) ? [] : [{ op: "replace", list: "nodes", item: edited }];
}

/** One commit of a form field. A value of `undefined` removes the parameter. */
export const setParams = defineCommand<{ id: string; params: Record<string, unknown> }>({
  capture: "now",
  plan: (document, { id, params }) =>
    planEdit(document, id, (node) => ({
      ...node,
      params: Object.fromEntries(Object.entries({ ...node.params, ...params }).filter(([, value]) => value !== undefined)),
    })),
});

export const renameNode = defineCommand<{ id: string; title: string }>({
  capture: "now",
  plan: (document, { id, title }) => planEdit(document, id, (node) => ({ ...node, title })),
});

/** Switches steps off, or on where all of them are off. */
export const toggleDisabled = defineCommand<{ ids: readonly string[] }>({
  capture: "now",
  plan: (document, { ids }) => {
    const chosen = document.nodes.filter((node) => ids.includes(node.id));
    const disabled = !chosen.every((node) => node.disabled);
    return chosen.flatMap((node) => planEdit(document, node.id, (before) => ({ ...before, disabled })));
  },
});

/** Turns the caches of steps off, or on where all of them are off. */
export const toggleCache = defineCommand<{ ids: readonly string[] }>({
  capture: "now",
  plan: (document, { ids }) => {
    const chosen = document.nodes.filter((node) => ids.includes(node.id));
    const cache = chosen.every((node) => node.cache === "off") ? "on" : "off";
    return chosen.flatMap((node) => planEdit(document, node.id, (before) => ({ ...before, cache })));
  },
});
