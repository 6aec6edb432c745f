import { AppError, isAppError, toAppError, type ErrorRecord } from "@/lib/core/app-error";
import { DATABASE_PROVIDER, HUB_PROVIDER, listedModel } from "@/lib/contracts/models";
import { noteContexts } from "@/lib/engine/model-context";
import { findTargets, toEndpoint, type ConnectionRow } from "@/lib/engine/connection-endpoint";
import type { SharedResources, WorkerResources } from "@/lib/engine/resources";
import type { ModelTarget } from "@/lib/llm/endpoint";
import { callChat, callEmbedding, listRemoteModels } from "@/lib/llm/provider-call";
import { askDatabase } from "./ask-database";
import { askHub } from "./ask-hub";

const TIMEOUT_MS = 30_000;
/** A model that thinks needs some before it says anything. */
const GREETING_TOKENS = 512;
const EMBEDDING_NAME = /embed/i;

export interface ConnectionTest {
  ok: boolean;
  models: string[] | null;
  reply: string | null;
  latencyMs: number | null;
  error: ErrorRecord | null;
}

const limits = () => ({ timeoutMs: TIMEOUT_MS, signal: AbortSignal.timeout(2 * TIMEOUT_MS) });
const firstModel = (row: Pick<ConnectionRow, "models">): string | null => listedModel.array().parse(row.models)[0]?.id ?? null;

/** The connection's server, or each of a pool's. Throws `not_found`, `connection_missing`, `connection_settings_missing`. */
async function openTargets(resources: SharedResources, id: string, model: string | null): Promise<ModelTarget[]> {
  const found = await resources.database.prisma.connection.findUnique({ where: { id }, omit: { apiKey: true } });
  if (!found) throw new AppError("not_found", { what: "connection", id });
  const targets = await findTargets(resources, { connection: id, model: model ?? firstModel(found) ?? "" });
  if (targets.length === 0) throw new AppError("connection_missing");
  return targets.map((target) => ({ endpoint: toEndpoint(resources, target.row), model: target.model || (firstModel(target.row) ?? "") }));
}

/** One short prompt, past the cache; a model that only embeds, as its name says and its refusal confirms, embeds it. */
async function greet(target: ModelTarget): Promise<{ reply: string; latencyMs: number }> {
  const startedAt = performance.now();
  const since = (): number => Math.round(performance.now() - startedAt);
  const sampling = { temperature: null, topP: null, maxTokens: GREETING_TOKENS, stop: [], seed: null };
  try {
    const { reply } = await callChat(target, { messages: [{ role: "user", content: "Say hello." }], sampling, extras: {} }, limits());
    return { reply: reply.text, latencyMs: since() };
  } catch (error) {
    if (!EMBEDDING_NAME.test(target.model) || !isAppError(error) || (error.code !== "model_request_refused" && error.code !== "model_not_found")) throw error;
    const { vectors } = await callEmbedding({ target, texts: ["Say hello."], dimensions: null, purpose: "document", truncate: false }, limits());
    return { reply: `${String(vectors[0]?.length ?? 0)} numbers`, latencyMs: since() };
  }
}

/**
 * Lists the server's models and, with a model, sends one short prompt past the cache, to every server of a pool; asks the Hub
 * whose token it is, and a database for its version. A failure is the result, not thrown.
 */
export async function testConnection(resources: WorkerResources, id: string, model: string | null): Promise<ConnectionTest> {
  const found = await resources.database.prisma.connection.findUnique({ where: { id }, omit: { apiKey: true } });
  if (!found) throw new AppError("not_found", { what: "connection", id });
  const test: ConnectionTest = { ok: false, models: null, reply: null, latencyMs: null, error: null };
  try {
    if (found.provider === HUB_PROVIDER) return { ...test, ok: true, ...(await askHub(resources, id)) };
    if (found.provider === DATABASE_PROVIDER) return { ...test, ok: true, ...(await askDatabase(resources, id)) };
    for (const target of await openTargets(resources, id, model)) {
      const listed = await listRemoteModels(target.endpoint, limits());
      if (listed) await noteContexts(resources, target.endpoint.id, listed.contexts, "listed");
      test.models ??= listed?.names ?? null;
      if (target.model !== "") Object.assign(test, await greet(target));
      else if (listed === null) throw new AppError("connection_test_needs_model");
    }
    test.ok = true;
  } catch (error) {
    test.error = (isAppError(error) ? error : toAppError(error)).toRecord();
  }
  return test;
}

/** Models that the connection's server lists, or the first of a pool's, and what it says of their contexts; null where it has no list. Throws as a test fails. */
export async function listConnectionModels(resources: SharedResources, id: string): Promise<{ models: string[] | null; contexts: Record<string, number> }> {
  const [first] = await openTargets(resources, id, null);
  const listed = first ? await listRemoteModels(first.endpoint, limits()) : null;
  if (first && listed) await noteContexts(resources, first.endpoint.id, listed.contexts, "listed");
  return { models: listed?.names ?? null, contexts: Object.fromEntries(listed?.contexts ?? []) };
}
