import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { readStored, readStoredList } from "@/lib/core/read-stored";
import type { LimitedConnection } from "@/lib/contracts/model-contexts";
import { connectionSettings, listedModel, POOL_PROVIDER, poolMember, provider } from "@/lib/contracts/models";
import { fullBaseUrl, providerEntry } from "@/lib/contracts/providers";
import { findPrice, type PricedConnection } from "@/lib/contracts/prices";
import type { Endpoint } from "@/lib/llm/endpoint";
import type { ModelRef } from "@/lib/steps/_sdk/model-ref";
import { unpackSecrets } from "./connection-secrets";
import type { SharedResources } from "./resources";

const UNREACHABLE_ATTEMPTS = 5;

/** A connection as it is stored. */
export interface ConnectionRow {
  id: string;
  name: string;
  provider: string;
  baseUrl: string;
  settings: unknown;
  apiKey: Uint8Array | null;
  concurrency: number;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  models: unknown;
}

/** Settings as they are stored: the values that become part of the address, and a pool's members. */
export function readSettings(settings: unknown) {
  const { members = [], ...values } = z.looseObject({ members: z.array(poolMember).optional() }).parse(settings);
  return { members, settings: connectionSettings.parse(values) };
}

/** Settings as they are shown: what of them cannot be read is left out, so that a person can set it again. */
export function viewSettings({ id, settings }: Pick<ConnectionRow, "id" | "settings">): ReturnType<typeof readSettings> {
  const what = `connection ${id}`;
  const { members, ...values }: Record<string, unknown> = readStored(z.record(z.string(), z.unknown()), settings, {}, what);
  return { members: readStoredList(poolMember, members, what), settings: readStored(connectionSettings, values, {}, what) };
}

export interface Target {
  row: ConnectionRow;
  model: string;
}

/**
 * The connection of a model, or those of its pool in their order. None where it is not here, or takes no prompts; a pool
 * goes on without a member that was deleted, and a pool within a pool is none.
 */
export async function findTargets(resources: Pick<SharedResources, "database">, ref: ModelRef): Promise<Target[]> {
  const { connection } = resources.database.prisma;
  const found = await connection.findUnique({ where: { id: ref.connection } });
  if (found?.provider !== POOL_PROVIDER) return found && provider.safeParse(found.provider).success ? [{ row: found, model: ref.model }] : [];
  const { members } = readSettings(found.settings);
  const rows = await connection.findMany({ where: { id: { in: members.map((member) => member.connection) }, provider: { in: provider.options } } });
  return members.flatMap((member) => {
    const row = rows.find(({ id }) => id === member.connection);
    return row ? [{ row, model: member.model ?? ref.model }] : [];
  });
}

/** What the model is, for fingerprints and call keys: never the connection's name or key. */
export function identifyTarget({ row, model }: Target): Record<string, unknown> {
  const kind = provider.parse(row.provider);
  return { provider: kind, baseUrl: row.baseUrl || fullBaseUrl(kind, "", readSettings(row.settings).settings), model };
}

/** What decides the prices of a connection. */
export function priceBase(row: Pick<ConnectionRow, "provider" | "baseUrl" | "settings" | "models">): PricedConnection {
  const kind = provider.parse(row.provider);
  const { settings } = readSettings(row.settings);
  return { provider: kind, baseUrl: fullBaseUrl(kind, row.baseUrl, settings), settings, models: listedModel.array().parse(row.models) };
}

/** What decides how long a model's replies may be. A record that cannot be read says nothing. */
export function limitBase(row: Pick<ConnectionRow, "id" | "provider" | "baseUrl" | "settings" | "models">): LimitedConnection {
  const kind = provider.parse(row.provider);
  const { settings } = readSettings(row.settings);
  return { provider: kind, baseUrl: fullBaseUrl(kind, row.baseUrl, settings), settings, models: readStoredList(listedModel, row.models, `connection ${row.id}`) };
}

/** What a model costs there, or undefined where that is not known. */
export function readPrices(row: Pick<ConnectionRow, "provider" | "baseUrl" | "settings" | "models">): Endpoint["prices"] {
  const connection = priceBase(row);
  return { get: (model) => findPrice(connection, model)?.price };
}

/** The endpoint, its secrets opened. Throws `connection_settings_missing`. */
export function toEndpoint(resources: Pick<SharedResources, "secrets">, row: ConnectionRow): Endpoint {
  const kind = provider.parse(row.provider);
  const entry = providerEntry(kind);
  const given = readSettings(row.settings).settings;
  const settings = { ...Object.fromEntries(entry.settings.map((setting) => [setting.name, setting.default])), ...given };
  // A base URL of one's own stands for what it would be made of.
  const missing = entry.settings.map(({ name }) => name).filter((name) => !settings[name] && (row.baseUrl === "" || name === "project"));
  if (missing.length > 0) throw new AppError("connection_settings_missing", { missing: missing.join(", ") });
  return {
    id: row.id,
    name: row.name,
    provider: kind,
    baseUrl: fullBaseUrl(kind, row.baseUrl, settings),
    secrets: row.apiKey ? unpackSecrets(resources.secrets.open(row.apiKey, `connection:${row.id}`)) : {},
    settings,
    concurrency: row.concurrency,
    requestsPerMinute: row.requestsPerMinute,
    tokensPerMinute: row.tokensPerMinute,
    unreachableAttempts: UNREACHABLE_ATTEMPTS,
    prices: readPrices(row),
  };
}
