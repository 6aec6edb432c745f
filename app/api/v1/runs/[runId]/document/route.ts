import { readRunDocument } from "@/lib/contracts/runs";
import { AppError } from "@/lib/core/app-error";
import { defineRoute } from "@/lib/http/define-route";
import { migrateDocument } from "@/lib/workflow/migrate-document";

export const GET = defineRoute(readRunDocument, async ({ resources, params }) => {
  const run = await resources.database.prisma.run.findUnique({ where: { id: params.runId }, select: { document: true } });
  if (!run) throw new AppError("not_found", { what: "run", id: params.runId });
  return migrateDocument(run.document);
});
