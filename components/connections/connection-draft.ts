import type { ApiInput } from "@/components/api/call-api";
import { POOL_PROVIDER, takesPrompts, type ConnectionProvider, type ConnectionView, type createConnection } from "@/lib/contracts/models";
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
    baseUrl: draft.baseUrl.trim(),
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
