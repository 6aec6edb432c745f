import { AppError } from "@/lib/core/app-error";
import { readFirstDocument } from "@/lib/documents/load-documents";
import { openChunking } from "@/lib/documents/open-chunking";
import type { StepPreview } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const preview: StepPreview<typeof definition> = {
  keyOf: ({ file, encoding }) => file && `${file.sha256} ${encoding}`,
  async readFirst({ file, encoding }, context) {
    if (file === null) throw new AppError("param_required", { param: "file" });
    return readFirstDocument({ ...context, encoding }, { path: await context.filePath(file), name: file.name });
  },
  openChunking,
};
