import type { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { isLinkLocalUrl } from "@/lib/core/public-address";
import { createId } from "@/lib/core/ids";
import { readStoredList } from "@/lib/core/read-stored";
import { connectionInput, connectionProvider, DATABASE_PROVIDER, HUB_PROVIDER, listedModel, POOL_PROVIDER, takesPrompts, type ConnectionProvider, type ConnectionView } from "@/lib/contracts/models";
import { fullBaseUrl } from "@/lib/contracts/providers";
import { viewSettings, type ConnectionRow } from "@/lib/engine/connection-endpoint";
import { hintOf, packSecrets, unpackSecrets, type Secrets } from "@/lib/engine/connection-secrets";
import { DEFAULT_HUB_ENDPOINT } from "@/lib/engine/hub-credentials";
import type { SharedResources } from "@/lib/engine/resources";
import { jsonValue } from "@/lib/server/json-value";

export type ConnectionInput = z.input<typeof connectionInput>;
type WholeInput = z.output<typeof connectionInput>;

function addressOf(kind: ConnectionProvider, { id, baseUrl, settings }: Pick<ConnectionRow, "id" | "baseUrl" | "settings">): string {
  if (kind === POOL_PROVIDER) return "";
  if (kind === HUB_PROVIDER) return baseUrl || DEFAULT_HUB_ENDPOINT;
  if (kind === DATABASE_PROVIDER) return baseUrl;
  return fullBaseUrl(kind, baseUrl, viewSettings({ id, settings }).settings);
}

/** The one shape in which a connection leaves: without its key. */
function toView(row: Omit<ConnectionRow, "apiKey"> & { keyHint: string | null }, contexts: Record<string, number> = {}): ConnectionView {
  const kind = connectionProvider.parse(row.provider);
  return {
    id: row.id,
    name: row.name,
    provider: kind,
    baseUrl: addressOf(kind, row),
    ...viewSettings(row),
    keyHint: row.keyHint,
    concurrency: row.concurrency,
    requestsPerMinute: row.requestsPerMinute,
    tokensPerMinute: row.tokensPerMinute,
    models: readStoredList(listedModel, row.models, `connection ${row.id}`),
    contexts,
  };
}

/** The secrets after a change: what is given takes the place of what was, and a key of null removes all. */
function mergeSecrets(before: Secrets, { apiKey, secrets }: Pick<WholeInput, "apiKey" | "secrets">): Secrets {
  if (apiKey === null) return {};
  const given = Object.entries({ ...secrets, ...(apiKey === undefined ? {} : { apiKey }) }).map(([name, value]) => [name, value.trim()] as const);
  const filled = given.filter(([, value]) => value !== "");
  const merged = apiKey === "" ? { ...before, apiKey: "" } : before;
  return { ...merged, ...Object.fromEntries(filled) };
}

function seal(resources: SharedResources, id: string, secrets: Secrets) {
  if (Object.values(secrets).every((value) => value === "")) return { apiKey: null, keyHint: null };
  return { apiKey: resources.secrets.seal(packSecrets(secrets), `connection:${id}`), keyHint: hintOf(secrets) };
}

/** In a cloud, a machine's own secrets are told at link-local addresses, and no models are. Throws `invalid_request`. */
function refuseLinkLocal({ baseUrl }: WholeInput): void {
  if (baseUrl !== "" && isLinkLocalUrl(baseUrl)) throw new AppError("invalid_request", { detail: `the base URL ${baseUrl} is a link-local address, which is never called. Give the address of a model server` });
}

/** What of a connection is stored as it was given. */
function toData({ apiKey: _key, secrets: _secrets, models, settings, members, ...rest }: WholeInput) {
  const filled = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ""));
  return {
    ...rest,
    models: jsonValue(takesPrompts(rest.provider) ? models : []),
    settings: jsonValue(rest.provider === POOL_PROVIDER ? { members } : filled),
  };
}

/** What servers said of the models that are listed on connections, by `<connection>/<model>`. */
async function readContexts({ database: { pool } }: SharedResources): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ key: string; tokens: number }>(
    "SELECT m.connection_id || '/' || m.model AS key, m.tokens FROM model_context m JOIN connection c ON c.id = m.connection_id WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(c.models) listed WHERE listed->>'id' = m.model)",
  );
  return new Map(rows.map(({ key, tokens }) => [key, tokens]));
}

export async function listConnections(resources: SharedResources): Promise<ConnectionView[]> {
  const rows = await resources.database.prisma.connection.findMany({ where: { provider: { in: connectionProvider.options } }, orderBy: { createdAt: "asc" }, omit: { apiKey: true } });
  const known = await readContexts(resources);
  return rows.map((row) => toView(row, Object.fromEntries(readStoredList(listedModel, row.models, `connection ${row.id}`).flatMap(({ id }) => {
    const tokens = known.get(`${row.id}/${id}`);
    return tokens === undefined ? [] : [[id, tokens]];
  }))));
}

export async function createConnection(resources: SharedResources, given: ConnectionInput): Promise<ConnectionView> {
  const input = connectionInput.parse(given);
  refuseLinkLocal(input);
  const id = createId("connection");
  const data = { id, ...toData(input), ...seal(resources, id, mergeSecrets({}, input)) };
  return toView(await resources.database.prisma.connection.create({ data, omit: { apiKey: true } }));
}

/** Throws `not_found`; `invalid_request` where a stored key would go to another server than it was given for. */
export async function updateConnection(resources: SharedResources, id: string, given: ConnectionInput): Promise<ConnectionView> {
  const input = connectionInput.parse(given);
  refuseLinkLocal(input);
  const before = await resources.database.prisma.connection.findUnique({ where: { id } });
  if (!before) throw new AppError("not_found", { what: "connection", id });
  const data = toData(input);
  const kindBefore = connectionProvider.parse(before.provider);
  const isMoved = kindBefore !== input.provider || addressOf(kindBefore, before) !== addressOf(input.provider, { id, baseUrl: input.baseUrl, settings: data.settings });
  const isGiven = input.apiKey !== undefined || Object.values(input.secrets).some((value) => value !== "");
  if (before.apiKey && isMoved && !isGiven) {
    throw new AppError("invalid_request", { detail: "the base URL changed; enter the API key again, so that the stored one does not go to another server" });
  }
  const kept = before.apiKey && !isMoved ? unpackSecrets(resources.secrets.open(before.apiKey, `connection:${id}`)) : {};
  const secrets = isGiven ? seal(resources, id, mergeSecrets(kept, input)) : {};
  return toView(await resources.database.prisma.connection.update({ where: { id }, data: { ...data, ...secrets }, omit: { apiKey: true } }));
}

export async function deleteConnection(resources: SharedResources, id: string): Promise<void> {
  const { count } = await resources.database.prisma.connection.deleteMany({ where: { id } });
  if (count === 0) throw new AppError("not_found", { what: "connection", id });
}
