import { AppError, isAppError, toAppError, type ErrorRecord } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import { connectionProvider, HUB_PROVIDER, listedModel, type ConnectionProvider, type ConnectionView } from "@/lib/contracts/models";
import { DEFAULT_HUB_ENDPOINT } from "@/lib/engine/hub-credentials";
import { resolveModel } from "@/lib/engine/model-resolver";
import type { SharedResources, WorkerResources } from "@/lib/engine/resources";
import { defaultBaseUrls, type Endpoint } from "@/lib/llm/endpoint";
import { describeStatus } from "@/lib/llm/providers/protocol";
import { protocols } from "@/lib/llm/providers/protocols";
import { send } from "@/lib/llm/transport";
import { jsonValue } from "@/lib/server/json-value";
import { askHub } from "./ask-hub";

export interface ConnectionInput {
  name: string;
  provider: ConnectionProvider;
  baseUrl: string;
  /** Undefined keeps the stored key; null removes it. */
  apiKey?: string | null | undefined;
  concurrency: number;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  models: { id: string; inputPrice: number | null; outputPrice: number | null }[];
}

interface ConnectionRow {
  id: string;
  name: string;
  provider: string;
  baseUrl: string;
  keyHint: string | null;
  concurrency: number;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  models: unknown;
}

function defaultBaseUrl(kind: ConnectionProvider): string {
  return kind === HUB_PROVIDER ? DEFAULT_HUB_ENDPOINT : defaultBaseUrls[kind];
}

/** The one shape in which a connection leaves: without its key. */
function toView(row: ConnectionRow): ConnectionView {
  const kind = connectionProvider.parse(row.provider);
  return {
    id: row.id,
    name: row.name,
    provider: kind,
    baseUrl: row.baseUrl || defaultBaseUrl(kind),
    keyHint: row.keyHint,
    concurrency: row.concurrency,
    requestsPerMinute: row.requestsPerMinute,
    tokensPerMinute: row.tokensPerMinute,
    models: listedModel.array().parse(row.models),
  };
}

function sealKey(resources: SharedResources, id: string, apiKey: string | null | undefined) {
  if (apiKey === undefined) return {};
  if (apiKey === null || apiKey === "") return { apiKey: null, keyHint: null };
  return { apiKey: resources.secrets.seal(apiKey, `connection:${id}`), keyHint: apiKey.slice(-4) };
}

export async function listConnections(resources: SharedResources): Promise<ConnectionView[]> {
  const rows = await resources.database.prisma.connection.findMany({ where: { provider: { in: connectionProvider.options } }, orderBy: { createdAt: "asc" }, omit: { apiKey: true } });
  return rows.map(toView);
}

export async function createConnection(resources: SharedResources, input: ConnectionInput): Promise<ConnectionView> {
  const id = createId("connection");
  const { apiKey, models, ...rest } = input;
  return toView(await resources.database.prisma.connection.create({ data: { id, ...rest, models: jsonValue(input.provider === HUB_PROVIDER ? [] : models), ...sealKey(resources, id, apiKey ?? null) }, omit: { apiKey: true } }));
}

/** Throws `not_found`; `invalid_request` where a stored key would go to another server than it was given for. */
export async function updateConnection(resources: SharedResources, id: string, input: ConnectionInput): Promise<ConnectionView> {
  const before = await resources.database.prisma.connection.findUnique({ where: { id }, omit: { apiKey: true } });
  if (!before) throw new AppError("not_found", { what: "connection", id });
  const { apiKey, models, ...rest } = input;
  const moved = before.keyHint !== null && (before.provider !== input.provider || (before.baseUrl || defaultBaseUrl(connectionProvider.parse(before.provider))) !== (input.baseUrl || defaultBaseUrl(input.provider)));
  if (moved && apiKey === undefined) {
    throw new AppError("invalid_request", { detail: "the base URL changed; enter the API key again, so that the stored one does not go to another server" });
  }
  const data = { ...rest, models: jsonValue(input.provider === HUB_PROVIDER ? [] : models), ...sealKey(resources, id, apiKey) };
  return toView(await resources.database.prisma.connection.update({ where: { id }, data, omit: { apiKey: true } }));
}

export async function deleteConnection(resources: SharedResources, id: string): Promise<void> {
  const { count } = await resources.database.prisma.connection.deleteMany({ where: { id } });
  if (count === 0) throw new AppError("not_found", { what: "connection", id });
}

export interface ConnectionTest {
  ok: boolean;
  models: string[] | null;
  reply: string | null;
  latencyMs: number | null;
  error: ErrorRecord | null;
}

/**
 * Lists the server's models and, with a model, sends one short prompt past the cache; asks the Hub whose token it is. A
 * failure is the result, not thrown.
 */
export async function testConnection(resources: WorkerResources, id: string, model: string | null): Promise<ConnectionTest> {
  const found = await resources.database.prisma.connection.findUnique({ where: { id }, omit: { apiKey: true } });
  if (!found) throw new AppError("not_found", { what: "connection", id });
  const test: ConnectionTest = { ok: false, models: null, reply: null, latencyMs: null, error: null };
  try {
    if (found.provider === HUB_PROVIDER) return { ...test, ok: true, ...(await askHub(resources, id)) };
    const { endpoint } = await resolveModel(resources, { connection: id, model: model ?? "" });
    test.models = await listRemoteModels(endpoint);
    const asked = model ?? listedModel.array().parse(found.models)[0]?.id ?? null;
    if (asked !== null) Object.assign(test, await sendGreeting(endpoint, asked));
    test.ok = true;
  } catch (error) {
    test.error = (isAppError(error) ? error : toAppError(error)).toRecord();
  }
  return test;
}

const TEST_TIMEOUT_MS = 30_000;

async function listRemoteModels(endpoint: Endpoint): Promise<string[] | null> {
  const signal = new AbortController().signal;
  const reply = await send({ endpoint, method: "GET", path: "/models", headers: protocols[endpoint.provider].headers(endpoint), timeoutMs: TEST_TIMEOUT_MS, signal });
  // Some servers have no such list; only a refused key is an error here.
  if (reply.status === 401 || reply.status === 403) throw describeStatus(reply, endpoint, "");
  try {
    const { data } = JSON.parse(reply.text) as { data: { id: string }[] };
    return data.map((entry) => entry.id).sort();
  } catch {
    return null;
  }
}

async function sendGreeting(endpoint: Endpoint, model: string): Promise<{ reply: string; latencyMs: number }> {
  const protocol = protocols[endpoint.provider];
  const body = protocol.body(model, [{ role: "user", content: "Say hello." }], { temperature: null, topP: null, maxTokens: 16, stop: [], seed: null });
  const startedAt = performance.now();
  const reply = await send({
    endpoint,
    method: "POST",
    path: protocol.path,
    headers: protocol.headers(endpoint),
    body: JSON.stringify(body),
    timeoutMs: TEST_TIMEOUT_MS,
    signal: new AbortController().signal,
  });
  if (reply.status >= 300) throw describeStatus(reply, endpoint, model);
  try {
    return { reply: protocol.parse(JSON.parse(reply.text)).text, latencyMs: Math.round(performance.now() - startedAt) };
  } catch (error) {
    throw new AppError("model_reply_invalid", { connection: endpoint.name, detail: `“${reply.text.slice(0, 120)}”` }, { cause: error });
  }
}
