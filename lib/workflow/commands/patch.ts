import type { WorkflowDocument } from "../document";

type Lists = Pick<WorkflowDocument, "nodes" | "edges" | "groups" | "notes">;

/** The smallest changes of a document. Every command is made of these, so undo has only these to know. */
export type Patch =
  | {
      [List in keyof Lists]:
        | { op: "insert"; list: List; index: number; item: Lists[List][number] }
        | { op: "remove"; list: List; id: string }
        | { op: "replace"; list: List; item: Lists[List][number] };
    }[keyof Lists]
  | { op: "set-name"; name: string };

export interface Applied {
  document: WorkflowDocument;
  /** Patches that take it back, in the order to apply them. */
  inverse: Patch[];
}

/** One patch and its opposite. A patch of something that is not there changes nothing and has no opposite. */
function applyPatch(document: WorkflowDocument, patch: Patch): { document: WorkflowDocument; inverse: Patch | null } {
  if (patch.op === "set-name") return { document: { ...document, name: patch.name }, inverse: { op: "set-name", name: document.name } };
  const { list } = patch;
  const items: readonly { id: string }[] = document[list];
  const show = (changed: readonly { id: string }[]): WorkflowDocument => ({ ...document, [list]: changed });
  if (patch.op === "insert") {
    const { index, item } = patch;
    return { document: show([...items.slice(0, index), item, ...items.slice(index)]), inverse: { op: "remove", list, id: item.id } };
  }
  const id = patch.op === "remove" ? patch.id : patch.item.id;
  const index = items.findIndex((item) => item.id === id);
  const before = items[index];
  if (!before) return { document, inverse: null };
  if (patch.op === "remove") return { document: show(items.filter((item) => item !== before)), inverse: { op: "insert", list, index, item: before } as Patch };
  return { document: show(items.map((item) => (item === before ? patch.item : item))), inverse: { op: "replace", list, item: before } as Patch };
}

export function applyPatches(document: WorkflowDocument, patches: readonly Patch[]): Applied {
  const inverse: Patch[] = [];
  let current = document;
  for (const patch of patches) {
    const step = applyPatch(current, patch);
    current = step.document;
    if (step.inverse) inverse.unshift(step.inverse);
  }
  return { document: current, inverse };
}
