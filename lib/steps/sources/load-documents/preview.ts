import { AppError } from "@/lib/core/app-error";
import { readFirstDocument } from "@/lib/documents/load-documents";
import { openChunking } from "@/lib/documents/open-chunking";
import type { StepPreview } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const preview: StepPreview<typeof definition> = {
  keyOf: ({ file }) => file && file.sha256,
  async readFirst({ file }, context) {
    if (file === null) throw new AppError("param_required", { param: "file" });
    return readFirstDocument(context, { path: await context.filePath(file), name: file.name });
  },
  openChunking,
};
