import type { ApiInput } from "@/components/api/call-api";
import { DATABASE_PROVIDER, POOL_PROVIDER, takesPrompts, type ConnectionProvider, type ConnectionView, type createConnection } from "@/lib/contracts/models";
import { fullBaseUrl, type SecretField, type SettingField } from "@/lib/contracts/providers";
import type { ListedModel } from "./model-list";

type Body = ApiInput<typeof createConnection>["body"];

/** A connection as it is typed. */
export interface Draft {
  name: string;
  provider: ConnectionProvider;
  baseUrl: string;
  secrets: Partial<Record<SecretField, string>>;
  settings: Partial<Record<SettingField, string>>;
  members: { connection: string; model: string | null }[];
  concurrency: string;
  requestsPerMinute: string;
  tokensPerMinute: string;
  models: ListedModel[];
}

/**
 * An address as it is copied from a terminal or a document, with the scheme that it lacks: none is `https`, unless it names this
 * network (`localhost`, an IP address, a name without a dot) or a port.
 */
export function completeAddress(provider: ConnectionProvider, typed: string): string {
  const address = typed.trim();
  if (address === "" || /^[a-z][a-z\d+.-]*:\/\//i.test(address)) return address;
  if (provider === DATABASE_PROVIDER) return `postgresql://${address}`;
  const host = /^(?:\[[^\]]*\]|[^:/?#]*)/.exec(address)?.[0] ?? "";
  const isNear = !host.includes(".") || /^[\d.]+$/.test(host) || /^:\d+/.test(address.slice(host.length));
  return `${isNear ? "http" : "https"}://${address}`;
}

/** The provider's own address with these settings; empty where it has none. */
export function ownBaseUrl(provider: ConnectionProvider, settings: Draft["settings"]): string {
  return !takesPrompts(provider) || provider === POOL_PROVIDER ? "" : fullBaseUrl(provider, "", settings);
}

export function makeDraft(connection: ConnectionView | null): Draft {
  const limit = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
  const provider = connection?.provider ?? "openai";
  const settings = connection?.settings ?? {};
  const baseUrl = connection?.baseUrl ?? "";
  return {
    name: connection?.name ?? "",
    provider,
    // The provider's own stays its own: it changes with the settings.
    baseUrl: provider !== "openai-compatible" && baseUrl === ownBaseUrl(provider, settings) ? "" : baseUrl,
    secrets: {},
    settings,
    members: connection?.members ?? [],
    concurrency: limit(connection?.concurrency ?? 16),
    requestsPerMinute: limit(connection?.requestsPerMinute),
    tokensPerMinute: limit(connection?.tokensPerMinute),
    models: connection?.models ?? [],
  };
}

export function makeBody(draft: Draft): Body {
  const whole = (text: string) => (text.trim() === "" ? null : Math.round(Number(text)));
  const { apiKey, ...secrets } = draft.secrets;
  return {
    name: draft.name,
    provider: draft.provider,
    baseUrl: completeAddress(draft.provider, draft.baseUrl),
    settings: draft.settings,
    secrets,
    members: draft.members.filter((member) => member.connection !== ""),
    concurrency: whole(draft.concurrency) ?? 16,
    requestsPerMinute: whole(draft.requestsPerMinute),
    tokensPerMinute: whole(draft.tokensPerMinute),
    models: draft.models.filter((model) => model.id.trim() !== ""),
    // Left out, the stored key stays.
    ...(apiKey ? { apiKey } : {}),
  };
}
