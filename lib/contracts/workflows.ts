import { z } from "zod";
import { planKnown } from "@/lib/plan/plan-known";
import { workflowDocument } from "@/lib/workflow/document";
import { defineContract } from "./contract";

const workflowId = z.strictObject({ workflowId: z.string() });
/** Any version of the document; it is migrated where it enters. */
const anyDocument = z.looseObject({ version: z.int() });

export const workflowSummary = z.strictObject({
  id: z.string(),
  name: z.string(),
  revision: z.int(),
  updatedAt: z.string(),
  /** Steps, edges, for a miniature. */
  document: workflowDocument,
  lastRun: z.strictObject({ id: z.string(), state: z.string(), createdAt: z.string() }).nullable(),
});

export const workflowDetail = z.strictObject({
  id: z.string(),
  revision: z.int(),
  updatedAt: z.string(),
  document: workflowDocument,
});

export const listWorkflows = defineContract({
  method: "GET",
  path: "/workflows",
  summary: "Workflows, newest first",
  access: "user",
  response: z.strictObject({ workflows: z.array(workflowSummary) }),
});

export const createWorkflow = defineContract({
  method: "POST",
  path: "/workflows",
  summary: "Make a workflow: empty, from a template, or from a document (import)",
  access: "user",
  body: z.union([
    z.strictObject({ name: z.string().min(1).max(200) }),
    z.strictObject({ template: z.string() }),
    z.strictObject({ document: anyDocument }),
  ]),
  response: workflowDetail,
});

export const readWorkflow = defineContract({
  method: "GET",
  path: "/workflows/{workflowId}",
  summary: "A workflow",
  access: "user",
  params: workflowId,
  response: workflowDetail,
});

export const saveWorkflow = defineContract({
  method: "PUT",
  path: "/workflows/{workflowId}",
  summary: "Save a workflow; refused with `workflow_changed` where a newer revision is there",
  access: "user",
  params: workflowId,
  body: z.strictObject({ baseRevision: z.int(), document: anyDocument }),
  response: z.strictObject({ revision: z.int(), updatedAt: z.string() }),
});

export const deleteWorkflow = defineContract({
  method: "DELETE",
  path: "/workflows/{workflowId}",
  summary: "Delete a workflow; its runs' tables stay in the step cache",
  access: "user",
  params: workflowId,
});

const workflowBudget = z.strictObject({
  /** Millionths of a US dollar that the calls of all its runs together may cost; null for no bound. */
  budgetMicros: z.int().positive().nullable(),
  /** What they have cost so far. */
  spentMicros: z.int(),
});

export const readBudget = defineContract({
  method: "GET",
  path: "/workflows/{workflowId}/budget",
  summary: "What the runs of a workflow may cost together, and have",
  access: "user",
  params: workflowId,
  response: workflowBudget,
});

export const setBudget = defineContract({
  method: "PUT",
  path: "/workflows/{workflowId}/budget",
  summary: "Bound what the runs of a workflow may cost together. A run that reaches it pauses; nothing is lost",
  access: "user",
  params: workflowId,
  body: workflowBudget.pick({ budgetMicros: true }),
  response: workflowBudget,
});

export const workflowVersion = z.strictObject({ id: z.string(), name: z.string(), createdAt: z.string() });

export const listVersions = defineContract({
  method: "GET",
  path: "/workflows/{workflowId}/versions",
  summary: "Named versions, newest first",
  access: "user",
  params: workflowId,
  response: z.strictObject({ versions: z.array(workflowVersion) }),
});

export const createVersion = defineContract({
  method: "POST",
  path: "/workflows/{workflowId}/versions",
  summary: "Keep the saved document as a named version",
  access: "user",
  params: workflowId,
  body: z.strictObject({ name: z.string().min(1).max(200) }),
  response: workflowVersion,
});

export const restoreVersion = defineContract({
  method: "POST",
  path: "/workflows/{workflowId}/versions/{versionId}/restore",
  summary: "Make a named version the current document; the present one is kept as a version first",
  access: "user",
  params: z.strictObject({ workflowId: z.string(), versionId: z.string() }),
  response: workflowDetail,
});

export const readPlanKnown = defineContract({
  method: "POST",
  path: "/plan/known",
  summary: "What the planner has to know of results, probes and models for this document",
  access: "user",
  body: z.strictObject({
    workflowId: z.string().nullable(),
    document: workflowDocument,
    rowLimit: z.int().positive().nullable(),
  }),
  response: planKnown,
});

export const listTemplates = defineContract({
  method: "GET",
  path: "/templates",
  summary: "Ready workflows to start from",
  access: "user",
  response: z.strictObject({ templates: z.array(z.strictObject({ id: z.string(), document: workflowDocument })) }),
});
