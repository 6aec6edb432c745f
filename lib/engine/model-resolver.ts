import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError } from "@/lib/core/app-error";
import type { LocalModelSource } from "@/lib/contracts/model-source";
import type { Endpoint, ResolvedModel } from "@/lib/llm/endpoint";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { findTargets, identifyTarget, toEndpoint } from "./connection-endpoint";
import { readLocalModel, type LocalModelName } from "@/lib/contracts/local-model-name";
import type { SharedResources } from "./resources";

/** Calls the trainer process takes at once; it batches what arrives together. */
export const LOCAL_CONCURRENCY = 32;
/** About five minutes of the longest wait: the launcher starts a trainer that died again. */
const LOCAL_UNREACHABLE_ATTEMPTS = 40;

const fileHashes = new Map<string, { stamp: string; sha256: string }>();

/** SHA-256 of a file, remembered by size and time of change. */
async function hashFile(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const stamp = `${String(size)}-${String(mtimeMs)}`;
  const known = fileHashes.get(path);
  if (known?.stamp === stamp) return known.sha256;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const sha256 = hash.digest("hex");
  fileHashes.set(path, { stamp, sha256 });
  return sha256;
}

/** What a model is, for fingerprints and call keys; null where the connection or the weights are not here. */
export async function identifyModel(resources: SharedResources, ref: ModelRef): Promise<Record<string, unknown> | null> {
  if (ref.connection !== LOCAL_CONNECTION) {
    const [first] = await findTargets(resources, ref);
    return first ? identifyTarget(first) : null;
  }
  return identifyLocal(resources, ref.model);
}

/** The weights by content, what changes how they answer, and what is put upon them. */
async function identifyLocal(resources: SharedResources, name: string): Promise<Record<string, unknown> | null> {
  const { source, options, adapter } = readLocalModel(name);
  const weights = await identifyWeights(resources, source);
  if (!weights || adapter === null) return weights && { ...weights, ...options };
  const above = await identifyWeights(resources, readLocalModel(adapter).source);
  return above && { ...weights, ...options, adapter: above };
}

async function identifyWeights(resources: SharedResources, source: LocalModelName["source"]): Promise<Record<string, unknown> | null> {
  // As the trainer does: a path that is not whole lies below the data folder.
  const inData = (path: string) => resolve(resources.dataFolder, path);
  switch (source.kind) {
    case "builtin": {
      const weights = join(resources.builtinModelFolder, "model.safetensors");
      return existsSync(weights) ? { builtin: await hashFile(weights) } : null;
    }
    case "trained": {
      const model = await resources.database.prisma.trainedModel.findUnique({ where: { id: source.id } });
      return model ? { trained: model.fingerprint } : null;
    }
    case "hub":
      return { hub: source.id, revision: source.revision };
    case "folder": {
      const config = ["config.json", "adapter_config.json"].map((file) => join(inData(source.path), file)).find((file) => existsSync(file));
      return config === undefined ? null : { folder: source.path, config: await hashFile(config) };
    }
    case "gguf": {
      if (!existsSync(inData(source.path))) return null;
      // One file of many gigabytes: its bytes are not read for each fingerprint.
      const { size, mtimeMs } = await stat(inData(source.path));
      return { gguf: source.path, size, changed: mtimeMs };
    }
  }
}

/** Weights that a training or a publication starts from. Throws `model_missing` for a name of another form, `model_options_unfit` for one with options. */
export function parseLocalModel(name: string): LocalModelSource {
  const { source, options, adapter } = readLocalModel(name);
  if (source.kind === "gguf" || adapter !== null || Object.keys(options).length > 0) throw new AppError("model_options_unfit", { model: name });
  return source;
}

/** The endpoint, opened key included, and the model's identity. Throws `connection_missing`, `model_missing` or `trainer_unavailable`. */
export async function resolveModel(resources: SharedResources, ref: ModelRef): Promise<ResolvedModel> {
  const identity = await identifyModel(resources, ref);
  if (ref.connection === LOCAL_CONNECTION) {
    if (!identity) throw new AppError("model_missing", { model: ref.model });
    return { endpoint: localEndpoint(resources), model: ref.model, identity };
  }
  const [first, ...others] = await findTargets(resources, ref);
  if (!first || !identity) throw new AppError("connection_missing");
  const open = ({ row, model }: typeof first) => ({ endpoint: toEndpoint(resources, row), model });
  return { ...open(first), identity, ...(others.length > 0 && { others: others.map(open) }) };
}

function localEndpoint(resources: SharedResources): Endpoint {
  if (!resources.trainer) throw new AppError("trainer_unavailable", { detail: "this installation has no trainer" });
  return {
    id: LOCAL_CONNECTION,
    name: "The local model server",
    provider: "openai-compatible",
    isOwnServer: true,
    baseUrl: `${resources.trainer.url}/v1`,
    secrets: { apiKey: resources.trainer.token },
    settings: {},
    concurrency: LOCAL_CONCURRENCY,
    requestsPerMinute: null,
    tokensPerMinute: null,
    unreachableAttempts: LOCAL_UNREACHABLE_ATTEMPTS,
    prices: new Map(),
  };
}
