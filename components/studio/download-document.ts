import type { WorkflowDocument } from "@/lib/workflow/document";

/** Gives the workflow to the browser as a JSON file. */
export function downloadDocument(document: WorkflowDocument): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(document, null, 2)], { type: "application/json" }));
  const link = globalThis.document.createElement("a");
  link.href = url;
  link.download = `${document.name.replace(/[^\p{L}\p{N} _-]+/gu, "-")}.reverie.json`;
  link.click();
  URL.revokeObjectURL(url);
}
