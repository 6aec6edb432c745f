import type { GroupRepeat, GroupSweep, WorkflowDocument, WorkflowGroup, WorkflowNode } from "../document";
import { defineCommand } from "./command";
import type { Patch } from "./patch";

const putIn = (document: WorkflowDocument, ids: ReadonlySet<string>, group: string | null): Patch[] =>
  document.nodes.filter((node) => ids.has(node.id) && node.group !== group).map((node): Patch => ({ op: "replace", list: "nodes", item: { ...node, group } }));

/** Groups that have no step once these are gone from them. */
export function emptiedGroups(document: WorkflowDocument, gone: ReadonlySet<string>): WorkflowGroup[] {
  const kept = new Set(document.nodes.filter((node) => !gone.has(node.id)).map((node) => node.group));
  return document.groups.filter((group) => !kept.has(group.id));
}

/** Leaves out of a group's settings what names steps that are gone from it. A stop rule or an objective stays: that it names a step that is gone is shown. */
export function withoutNodes(group: WorkflowGroup, gone: ReadonlySet<string>): WorkflowGroup {
  const { repeat, sweep } = group;
  return {
    ...group,
    repeat: repeat && {
      ...repeat,
      carries: repeat.carries.filter(({ from, to }) => !gone.has(from.node) && !gone.has(to.node)),
      varies: repeat.varies.filter(({ node }) => !gone.has(node)),
    },
    sweep: sweep && { ...sweep, space: sweep.space.filter(({ node }) => !gone.has(node)) },
  };
}

/** Groups that lose steps but keep some, without what names the lost ones. */
export function trimGroups(document: WorkflowDocument, gone: ReadonlySet<string>, removed: ReadonlySet<string>): Patch[] {
  const losing = new Set(document.nodes.filter((node) => gone.has(node.id)).map((node) => node.group));
  return document.groups
    .filter((group) => losing.has(group.id) && !removed.has(group.id) && (group.repeat ?? group.sweep) !== null)
    .map((group): Patch => ({ op: "replace", list: "groups", item: withoutNodes(group, gone) }));
}

/** Puts steps into a new group. Groups that lose all their steps go. */
export const groupNodes = defineCommand<{ group: WorkflowGroup; ids: readonly string[] }>({
  capture: "now",
  plan: (document, { group, ids }) => {
    const chosen = new Set(ids);
    return [
      { op: "insert", list: "groups", index: document.groups.length, item: group },
      ...putIn(document, chosen, group.id),
      ...emptiedGroups(document, chosen).map((empty): Patch => ({ op: "remove", list: "groups", id: empty.id })),
    ];
  },
});

/** Takes steps out of their groups. */
export const ungroupNodes = defineCommand<{ ids: readonly string[] }>({
  capture: "now",
  plan: (document, { ids }) => {
    const chosen = new Set(ids);
    const emptied = emptiedGroups(document, chosen);
    return [
      ...putIn(document, chosen, null),
      ...trimGroups(document, chosen, new Set(emptied.map(({ id }) => id))),
      ...emptied.map((group): Patch => ({ op: "remove", list: "groups", id: group.id })),
    ];
  },
});

/** Removes frames; their steps stay. */
export function planUngroup(document: WorkflowDocument, groups: ReadonlySet<string>): Patch[] {
  const members = document.nodes.filter((node) => node.group !== null && groups.has(node.group));
  return [
    ...members.map((node): Patch => ({ op: "replace", list: "nodes", item: { ...node, group: null } })),
    ...[...groups].map((id): Patch => ({ op: "remove", list: "groups", id })),
  ];
}

export const editGroup = defineCommand<{ id: string; title?: string; repeat?: GroupRepeat | null; sweep?: GroupSweep | null }>({
  capture: "now",
  plan: (document, { id, ...changes }) => {
    const group = document.groups.find((other) => other.id === id);
    return group ? [{ op: "replace", list: "groups", item: { ...group, ...changes } }] : [];
  },
});

/** A parameter of a step in one round of its group alone; `undefined` gives it the step's own again. */
export const setRoundParams = defineCommand<{ node: WorkflowNode; round: number; params: Record<string, unknown> }>({
  capture: "now",
  plan: (document, { node, round, params }) => {
    const group = document.groups.find((other) => other.id === node.group);
    if (!group?.repeat) return [];
    let { varies } = group.repeat;
    for (const [param, value] of Object.entries(params)) {
      const before = varies.find((entry) => entry.node === node.id && entry.param === param);
      const values = Object.fromEntries(Object.entries({ ...before?.values, [String(round)]: value }).filter(([, own]) => own !== undefined));
      varies = varies.filter((entry) => entry !== before);
      if (Object.keys(values).length > 0) varies = [...varies, { node: node.id, param, values }];
    }
    return [{ op: "replace", list: "groups", item: { ...group, repeat: { ...group.repeat, varies } } }];
  },
});
