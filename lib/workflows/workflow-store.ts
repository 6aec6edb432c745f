import { AppError, isAppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import { logger } from "@/lib/core/logger";
import type { SharedResources } from "@/lib/engine/resources";
import { jsonValue } from "@/lib/server/json-value";
import { createEmptyDocument, type WorkflowDocument } from "@/lib/workflow/document";
import { migrateDocument } from "@/lib/workflow/migrate-document";

type Needs = Pick<SharedResources, "database">;

export interface WorkflowDetail {
  id: string;
  revision: number;
  updatedAt: string;
  document: WorkflowDocument;
}

interface WorkflowRow {
  id: string;
  revision: number;
  updatedAt: Date;
  document: unknown;
}

function toDetail(row: WorkflowRow): WorkflowDetail {
  return { id: row.id, revision: row.revision, updatedAt: row.updatedAt.toISOString(), document: migrateDocument(row.document) };
}

/** In a list a workflow that cannot be read stands without its steps; opened by itself it says why. */
function toListed(row: WorkflowRow & { name: string }): WorkflowDetail {
  try {
    return toDetail(row);
  } catch (error) {
    if (!isAppError(error)) throw error;
    logger.warn("stored_record_unreadable", { what: `workflow ${row.id}`, code: error.code });
    return toDetail({ ...row, document: createEmptyDocument(row.name) });
  }
}

export async function createWorkflow({ database }: Needs, document: WorkflowDocument): Promise<WorkflowDetail> {
  return toDetail(await database.prisma.workflow.create({ data: { id: createId("workflow"), name: document.name, document: jsonValue(document) } }));
}

/** Throws `not_found`. */
export async function readWorkflow({ database }: Needs, workflowId: string): Promise<WorkflowDetail> {
  const row = await database.prisma.workflow.findUnique({ where: { id: workflowId } });
  if (!row) throw new AppError("not_found", { what: "workflow", id: workflowId });
  return toDetail(row);
}

/** Compare-and-set on the revision, so that no save overwrites newer work. Throws `workflow_changed`, `not_found`. */
export async function saveWorkflow({ database }: Needs, workflowId: string, baseRevision: number, document: WorkflowDocument): Promise<{ revision: number; updatedAt: string }> {
  const { count } = await database.prisma.workflow.updateMany({
    where: { id: workflowId, revision: baseRevision },
    data: { document: jsonValue(document), name: document.name, revision: { increment: 1 }, updatedAt: new Date() },
  });
  const row = await database.prisma.workflow.findUnique({ where: { id: workflowId }, select: { revision: true, updatedAt: true } });
  if (!row) throw new AppError("not_found", { what: "workflow", id: workflowId });
  if (count === 0) throw new AppError("workflow_changed", { base: baseRevision, current: row.revision });
  return { revision: row.revision, updatedAt: row.updatedAt.toISOString() };
}

export async function deleteWorkflow({ database }: Needs, workflowId: string): Promise<void> {
  const { count } = await database.prisma.workflow.deleteMany({ where: { id: workflowId } });
  if (count === 0) throw new AppError("not_found", { what: "workflow", id: workflowId });
}

export async function listWorkflows({ database }: Needs): Promise<(WorkflowDetail & { name: string; lastRun: { id: string; state: string; createdAt: string } | null })[]> {
  const rows = await database.prisma.workflow.findMany({
    orderBy: { updatedAt: "desc" },
    take: 500,
    include: { runs: { orderBy: { createdAt: "desc" }, take: 1, select: { id: true, state: true, createdAt: true } } },
  });
  return rows.map((row) => {
    const run = row.runs[0];
    return { ...toListed(row), name: row.name, lastRun: run ? { id: run.id, state: run.state, createdAt: run.createdAt.toISOString() } : null };
  });
}

interface VersionView {
  id: string;
  name: string;
  createdAt: string;
}

export async function listVersions({ database }: Needs, workflowId: string): Promise<VersionView[]> {
  const rows = await database.prisma.workflowVersion.findMany({ where: { workflowId }, orderBy: { createdAt: "desc" }, take: 500, omit: { document: true } });
  return rows.map((row) => ({ id: row.id, name: row.name, createdAt: row.createdAt.toISOString() }));
}

/** Keeps the saved document under a name. Throws `not_found`. */
export async function createVersion({ database }: Needs, workflowId: string, name: string): Promise<VersionView> {
  const { document } = await readWorkflow({ database }, workflowId);
  const row = await database.prisma.workflowVersion.create({ data: { id: createId("version"), workflowId, name, document: jsonValue(document) } });
  return { id: row.id, name: row.name, createdAt: row.createdAt.toISOString() };
}

/** Makes a named version current. What was current is kept as a version first, so nothing is lost. Throws `not_found`. */
export async function restoreVersion({ database }: Needs, workflowId: string, versionId: string): Promise<WorkflowDetail> {
  const version = await database.prisma.workflowVersion.findFirst({ where: { id: versionId, workflowId } });
  if (!version) throw new AppError("not_found", { what: "version", id: versionId });
  await createVersion({ database }, workflowId, `Before restoring “${version.name}”`);
  const document = migrateDocument(version.document);
  return toDetail(
    await database.prisma.workflow.update({
      where: { id: workflowId },
      data: { document: jsonValue(document), name: document.name, revision: { increment: 1 } },
    }),
  );
}
