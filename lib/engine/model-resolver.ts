import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError } from "@/lib/core/app-error";
import type { LocalModelSource } from "@/lib/contracts/trainer";
import { listedModel, provider } from "@/lib/contracts/models";
import { defaultBaseUrls, type Endpoint, type ResolvedModel } from "@/lib/llm/endpoint";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { SharedResources } from "./resources";

/** Calls the trainer process takes at once; it batches what arrives together. */
const LOCAL_CONCURRENCY = 32;
/** About five minutes of the longest wait: the launcher starts a trainer that died again. */
const LOCAL_UNREACHABLE_ATTEMPTS = 40;
const REMOTE_UNREACHABLE_ATTEMPTS = 5;

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
    const found = await resources.database.prisma.connection.findUnique({ where: { id: ref.connection }, omit: { apiKey: true } });
    const kind = provider.safeParse(found?.provider).data;
    // The Hub's connection is there, but has no models.
    if (!found || !kind) return null;
    return { provider: kind, baseUrl: found.baseUrl || defaultBaseUrls[kind], model: ref.model };
  }
  const source = parseLocalModel(ref.model);
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
      const config = join(source.path, "config.json");
      return existsSync(config) ? { folder: source.path, config: await hashFile(config) } : null;
    }
  }
}

/** Reads a local model's name. Throws `model_missing` for one of another form. */
export function parseLocalModel(name: string): LocalModelSource {
  if (name === "builtin") return { kind: "builtin" };
  const [kind, rest] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
  if (kind === "trained") return { kind, id: rest, folder: `models/${rest}` };
  if (kind === "folder") return { kind, path: rest };
  if (kind === "hub") {
    const at = rest.lastIndexOf("@");
    return at > 0 ? { kind, id: rest.slice(0, at), revision: rest.slice(at + 1) } : { kind, id: rest, revision: null };
  }
  throw new AppError("model_missing", { model: name });
}

/** The endpoint, opened key included, and the model's identity. Throws `connection_missing`, `model_missing` or `trainer_unavailable`. */
export async function resolveModel(resources: SharedResources, ref: ModelRef): Promise<ResolvedModel> {
  const identity = await identifyModel(resources, ref);
  if (ref.connection === LOCAL_CONNECTION) {
    if (!identity) throw new AppError("model_missing", { model: ref.model });
    return { endpoint: localEndpoint(resources), model: ref.model, identity };
  }
  const found = await resources.database.prisma.connection.findUnique({ where: { id: ref.connection } });
  if (!found || !identity) throw new AppError("connection_missing");
  const kind = provider.parse(found.provider);
  const prices = new Map<string, { input: number; output: number }>();
  for (const model of listedModel.array().parse(found.models)) {
    if (model.inputPrice !== null || model.outputPrice !== null) prices.set(model.id, { input: model.inputPrice ?? 0, output: model.outputPrice ?? 0 });
  }
  const endpoint: Endpoint = {
    id: found.id,
    name: found.name,
    provider: kind,
    baseUrl: (found.baseUrl || defaultBaseUrls[kind]).replace(/\/+$/, ""),
    apiKey: found.apiKey ? resources.secrets.open(found.apiKey, `connection:${found.id}`) : null,
    concurrency: found.concurrency,
    requestsPerMinute: found.requestsPerMinute,
    tokensPerMinute: found.tokensPerMinute,
    unreachableAttempts: REMOTE_UNREACHABLE_ATTEMPTS,
    prices,
  };
  return { endpoint, model: ref.model, identity };
}

function localEndpoint(resources: SharedResources): Endpoint {
  if (!resources.trainer) throw new AppError("trainer_unavailable", { detail: "this installation has no trainer" });
  return {
    id: LOCAL_CONNECTION,
    name: "The local model server",
    provider: "openai-compatible",
    baseUrl: `${resources.trainer.url}/v1`,
    apiKey: resources.trainer.token,
    concurrency: LOCAL_CONCURRENCY,
    requestsPerMinute: null,
    tokensPerMinute: null,
    unreachableAttempts: LOCAL_UNREACHABLE_ATTEMPTS,
    prices: new Map(),
  };
}
