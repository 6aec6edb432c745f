import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { DOCUMENT_VERSION, workflowDocument, type WorkflowDocument } from "./document";

type RawDocument = Record<string, unknown>;

/** `migrations[n]` turns a document of version n into version n + 1. */
const migrations: Record<number, (document: RawDocument) => RawDocument> = {
  // 2 brought groups, notes and the cache switch of a step; what is not there has its default.
  1: (document) => ({ ...document, version: 2 }),
};

/**
 * Opens a stored or imported document of any version up to this one.
 * Throws `document_too_new` or `document_invalid`.
 */
export function migrateDocument(raw: unknown): WorkflowDocument {
  const head = z.looseObject({ version: z.int().min(1) }).safeParse(raw);
  if (!head.success) throw new AppError("document_invalid", { detail: z.prettifyError(head.error) });
  let document: RawDocument = head.data;
  let version = head.data.version;
  if (version > DOCUMENT_VERSION) throw new AppError("document_too_new", { version, supported: DOCUMENT_VERSION });
  for (; version < DOCUMENT_VERSION; version++) {
    const migrate = migrations[version];
    if (!migrate) throw new AppError("document_invalid", { detail: `no migration from version ${version}` });
    document = migrate(document);
  }
  const parsed = workflowDocument.safeParse(document);
  if (!parsed.success) throw new AppError("document_invalid", { detail: z.prettifyError(parsed.error) });
  const nodeIds = new Set(parsed.data.nodes.map((node) => node.id));
  if (nodeIds.size !== parsed.data.nodes.length) throw new AppError("document_invalid", { detail: "two steps share an id" });
  for (const edge of parsed.data.edges) {
    for (const end of [edge.from.node, edge.to.node]) {
      if (!nodeIds.has(end)) throw new AppError("document_invalid", { detail: `an edge ends at a step that is not there (${end})` });
    }
  }
  return dropDeadNames(parsed.data);
}

/** A step in a group that is gone is in none; a group without steps is none. */
function dropDeadNames(document: WorkflowDocument): WorkflowDocument {
  const used = new Set(document.nodes.map((node) => node.group));
  const groups = document.groups.filter((group) => used.has(group.id));
  const ids = new Set(groups.map((group) => group.id));
  const isDead = (group: string | null) => group !== null && !ids.has(group);
  if (groups.length === document.groups.length && !document.nodes.some((node) => isDead(node.group))) return document;
  return { ...document, groups, nodes: document.nodes.map((node) => (isDead(node.group) ? { ...node, group: null } : node)) };
}
