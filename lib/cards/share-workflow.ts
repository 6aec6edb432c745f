import type { WorkflowDocument } from "@/lib/workflow/document";
import { emptiedGroups, withoutNodes } from "@/lib/workflow/commands/edit-group";
import { findAncestors } from "@/lib/workflow/topology";
import { lastPart } from "./share-identity";

/**
 * The part of a workflow that leads to a step, as a file that opens in another Reverie. Other branches stay private, and so
 * do the paths of model folders, which mean nothing elsewhere.
 */
export function shareWorkflow(document: WorkflowDocument, nodeId: string): WorkflowDocument {
  const kept = findLeadingSteps(document, nodeId);
  const gone = new Set(document.nodes.filter((node) => !kept.has(node.id)).map((node) => node.id));
  const emptied = emptiedGroups(document, gone);
  return {
    ...document,
    // A person's notes are for those who work on it.
    notes: [],
    groups: document.groups.filter((group) => !emptied.includes(group)).map((group) => withoutNodes(group, gone)),
    nodes: document.nodes.filter((node) => kept.has(node.id)).map((node) => ({ ...node, params: Object.fromEntries(Object.entries(node.params).map(([name, value]) => [name, shareParam(value)])) })),
    edges: document.edges.filter((edge) => kept.has(edge.from.node) && kept.has(edge.to.node)),
  };
}

/** What feeds a step; of a repeated group also what decides when it stops and what one round hands to the next, of a sweep what says which trial is best. */
function findLeadingSteps(document: WorkflowDocument, nodeId: string): Set<string> {
  const rules = document.groups.flatMap(({ id, repeat, sweep }) => {
    const sources = [repeat?.stop?.output.node, ...(repeat?.carries ?? []).map(({ from }) => from.node), sweep?.objective?.output.node].filter((source) => source !== undefined);
    return sources.flatMap((source) => document.nodes.filter((node) => node.group === id).map((node) => ({ source, node: node.id })));
  });
  const edges = rules.map(({ source, node }) => ({ id: `${source}.${node}`, from: { node: source, port: "" }, to: { node, port: "" } }));
  return findAncestors({ nodes: document.nodes, edges: [...document.edges, ...edges] }, nodeId);
}

function shareParam(value: unknown): unknown {
  if (!isFolderModel(value)) return value;
  return { ...value, model: `folder:${lastPart(value.model.slice("folder:".length))}` };
}

function isFolderModel(value: unknown): value is { connection: string; model: string } {
  if (typeof value !== "object" || value === null || !("model" in value) || !("connection" in value)) return false;
  return typeof value.model === "string" && value.model.startsWith("folder:");
}
