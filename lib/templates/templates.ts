import { AppError } from "@/lib/core/app-error";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { migrateDocument } from "@/lib/workflow/migrate-document";
import abstractsToTweets from "./abstracts-to-tweets.json" with { type: "json" };
import instructionTuning from "./instruction-tuning.json" with { type: "json" };
import preferenceAlignment from "./preference-alignment.json" with { type: "json" };
import questionDecomposition from "./question-decomposition.json" with { type: "json" };
import selfRewarding from "./self-rewarding.json" with { type: "json" };

/** Ready workflows to start from, by id; the first one is on the canvas of a new installation. */
export const templates: Readonly<Record<string, WorkflowDocument>> = {
  "abstracts-to-tweets": migrateDocument(abstractsToTweets),
  "instruction-tuning": migrateDocument(instructionTuning),
  "preference-alignment": migrateDocument(preferenceAlignment),
  "question-decomposition": migrateDocument(questionDecomposition),
  "self-rewarding": migrateDocument(selfRewarding),
};

export function findTemplateOrThrow(id: string): WorkflowDocument {
  const template = Object.hasOwn(templates, id) ? templates[id] : undefined;
  if (!template) throw new AppError("not_found", { what: "template", id });
  return template;
}
