import { createWorkflow as createContract, listWorkflows as listContract } from "@/lib/contracts/workflows";
import { defineRoute } from "@/lib/http/define-route";
import { findTemplateOrThrow } from "@/lib/templates/templates";
import { createEmptyDocument } from "@/lib/workflow/document";
import { migrateDocument } from "@/lib/workflow/migrate-document";
import { createWorkflow, listWorkflows } from "@/lib/workflows/workflow-store";

export const GET = defineRoute(listContract, async ({ resources }) => ({ workflows: await listWorkflows(resources) }));

export const POST = defineRoute(createContract, ({ resources, body }) => {
  if ("name" in body) return createWorkflow(resources, createEmptyDocument(body.name));
  if ("template" in body) return createWorkflow(resources, findTemplateOrThrow(body.template));
  return createWorkflow(resources, migrateDocument(body.document));
});
