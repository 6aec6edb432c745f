import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { localModelSource, type LocalModelSource } from "@/lib/contracts/model-source";
import { trainingRequest, trainingResult } from "@/lib/contracts/trainer";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { InputModel } from "@/lib/steps/_sdk/step-runner";
import { parseLocalModel } from "./model-resolver";
import type { SharedResources } from "./resources";

type Resources = Pick<SharedResources, "dataFolder" | "builtinModelFolder">;

/** Adapters upon adapters end somewhere; more than this is a circle. */
const MAX_DEPTH = 20;
const baseFile = z.object({ base: localModelSource });
const recordFile = z.object({ request: trainingRequest, result: trainingResult });

/** The model connected to a port, with the chain of what it adapts. Throws `input_missing`, `model_missing`. */
export async function openInputModel(resources: Resources, port: string, ref: ModelRef | undefined): Promise<InputModel> {
  if (!ref) throw new AppError("input_missing", { port });
  if (ref.connection !== LOCAL_CONNECTION) throw new AppError("model_missing", { model: ref.model });
  return openModel(resources, parseLocalModel(ref.model), 0);
}

async function openModel(resources: Resources, source: LocalModelSource, depth: number): Promise<InputModel> {
  if (source.kind === "hub") return { source, folder: null, base: null, training: null };
  const folder = locateModel(resources, source);
  if (depth > MAX_DEPTH || !["config.json", "adapter_config.json"].some((file) => existsSync(join(folder, file)))) {
    throw new AppError("model_missing", { model: describeSource(source) });
  }
  const base = existsSync(join(folder, "base.json")) ? baseFile.parse(await readJson(join(folder, "base.json"))).base : null;
  const record = join(folder, "reverie-training.json");
  return {
    source,
    folder,
    base: base && (await openModel(resources, base, depth + 1)),
    training: existsSync(record) ? (recordFile.safeParse(await readJson(record)).data ?? null) : null,
  };
}

function locateModel({ dataFolder, builtinModelFolder }: Resources, source: Exclude<LocalModelSource, { kind: "hub" }>): string {
  if (source.kind === "builtin") return builtinModelFolder;
  if (source.kind === "folder") return resolve(dataFolder, source.path);
  const folder = resolve(dataFolder, source.folder);
  if (!folder.startsWith(resolve(dataFolder) + sep)) throw new AppError("model_missing", { model: describeSource(source) });
  return folder;
}

function describeSource(source: LocalModelSource): string {
  switch (source.kind) {
    case "builtin":
      return "builtin";
    case "folder":
      return `folder:${source.path}`;
    case "trained":
    case "hub":
      return `${source.kind}:${source.id}`;
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}
