import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { Agent, request } from "undici";
import { exportRefusal, exportReply, type ExportSettings } from "@/lib/contracts/model-export";
import { answersPrompts } from "@/lib/contracts/trained-kind";
import type { LocalModelSource } from "@/lib/contracts/model-source";
import { AppError } from "@/lib/core/app-error";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { ChunkParts } from "./chunk-parts";
import { openInputModel } from "./input-model";
import { identifyModel } from "./model-resolver";
import type { SharedResources } from "./resources";

/** The trainer starts again within that time, whatever ended it. */
const ATTEMPTS = 20;
const PAUSE_MS = 3000;
/** An export takes as long as it takes: only its own end, or a cancelled run's, ends the wait. */
const patient = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

interface Written {
  files: ChunkParts["files"];
  /** Null for a format that is not prompted here. */
  model: ChunkParts["models"][string] | null;
}

/**
 * Has the trainer write a model into a folder below the data folder. Throws `model_missing`, `export_kind_unfit`,
 * `export_refused`, `export_failed`, `trainer_unavailable`.
 */
export async function exportModel(resources: SharedResources, { model, format, precision, folder }: ExportSettings & { model: ModelRef; folder: string }, signal: AbortSignal): Promise<Written> {
  const { source, training } = await openInputModel(resources, "model", model);
  if (training && !answersPrompts(training.request)) throw new AppError("export_kind_unfit", { recipe: training.request.recipe });
  const names = await askTrainer(resources, { source, format, precision, folder }, signal);
  const files = await Promise.all(names.map(async (name) => ({ name, file: `${folder}/${name}`, bytes: (await stat(join(resources.dataFolder, folder, name))).size })));
  const made = { merged: `folder:${folder}`, gguf: `gguf:${folder}/model.gguf`, onnx: null }[format];
  const ref = made === null ? null : { connection: LOCAL_CONNECTION, model: made };
  return { files, model: ref && { ref, identity: (await identifyModel(resources, ref)) ?? {} } };
}

async function askTrainer({ trainer }: SharedResources, body: ExportSettings & { source: LocalModelSource; folder: string }, signal: AbortSignal): Promise<string[]> {
  if (!trainer) throw new AppError("trainer_unavailable", { detail: "this installation has no trainer" });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const headers = { "content-type": "application/json", authorization: `Bearer ${trainer.token}` };
      const reply = await request(`${trainer.url}/v1/exports`, { method: "POST", headers, body: JSON.stringify(body), dispatcher: patient, signal });
      return readReply(reply.statusCode, await reply.body.json());
    } catch (error) {
      if (signal.aborted) throw new AppError("cancelled", {}, { cause: error });
      if (error instanceof AppError) throw error;
      if (attempt >= ATTEMPTS) throw new AppError("trainer_unavailable", { detail: error instanceof Error ? error.message : String(error) }, { cause: error });
      // The trainer went away: it is started again, and writes the folder anew.
      await sleep(PAUSE_MS);
    }
  }
}

function readReply(status: number, body: unknown): string[] {
  if (status < 300) return exportReply.parse(body).files;
  const { code, message } = exportRefusal.parse(body).error;
  throw new AppError(code === "export_refused" ? "export_refused" : "export_failed", { detail: message });
}
