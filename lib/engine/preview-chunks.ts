import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import type { DocumentText } from "@/lib/documents/document";
import { previewChunks, type ChunkPreview } from "@/lib/documents/preview-chunks";
import { countCharacters } from "@/lib/documents/text-sizer";
import type { DocumentPreview } from "@/lib/steps/_sdk/step-runner";
import { filePath } from "./file-store";
import type { SharedResources } from "./resources";
import { findDefinitionOrThrow, loadPreview, type StepParams } from "./step-catalogue";

export interface DocumentChunks {
  name: string;
  title: string | null;
  characters: number;
  chunks: ChunkPreview[];
  hasMore: boolean;
}

type FirstDocument = { name: string; document: DocumentText };

/** Documents read lately, so that trying ways of cutting one neither reads nor fetches it again. Bounded: the oldest goes. */
const kept = new Map<string, { reading: Promise<FirstDocument>; at: number }>();
const MOST_KEPT = 4;
const KEPT_MS = 5 * 60_000;
const TIMEOUT_MS = 30_000;

async function readFirst(resources: SharedResources, preview: DocumentPreview<StepParams>, params: StepParams): Promise<FirstDocument> {
  const scratch = join(resources.dataFolder, "tmp", createId("preview"));
  await mkdir(scratch, { recursive: true });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await preview.readFirst(params, { scratch, signal, filePath: (file) => filePath(resources, file), privateHosts: resources.privateHosts });
  } catch (error) {
    throw signal.aborted ? new AppError("preview_too_slow", { seconds: TIMEOUT_MS / 1000 }, { cause: error }) : error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function readOnce(resources: SharedResources, preview: DocumentPreview<StepParams>, params: StepParams, key: string): Promise<FirstDocument> {
  const found = kept.get(key);
  if (found && Date.now() - found.at < KEPT_MS) return found.reading;
  const reading = readFirst(resources, preview, params);
  kept.delete(key);
  kept.set(key, { reading, at: Date.now() });
  // What cannot be had now is asked for again.
  reading.catch(() => kept.delete(key));
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return reading;
}

/** How a step would cut its first document. Throws what reading the document throws, `unknown_step`, `params_invalid`. */
export async function previewDocumentChunks(resources: SharedResources, { step, params }: { step: string; params: StepParams }): Promise<DocumentChunks> {
  const definition = findDefinitionOrThrow(step);
  const preview = await loadPreview(step);
  const parsed = definition.params.safeParse(params);
  const problem = parsed.success ? definition.check({ params: parsed.data, inputs: {}, probed: null }).problems[0] : undefined;
  if (!parsed.success) throw new AppError("params_invalid", { param: String(parsed.error.issues[0]?.path[0] ?? "params"), detail: parsed.error.issues[0]?.message ?? "" });
  if (problem) throw new AppError(problem.code, problem.data);
  const key = preview.keyOf(parsed.data);
  if (key === null) throw new AppError("param_required", { param: "file" });
  const { name, document } = await readOnce(resources, preview, parsed.data, `${step} ${key}`);
  return { name, title: document.title, characters: countCharacters(document.text), ...previewChunks(document, await preview.openChunking(parsed.data)) };
}
