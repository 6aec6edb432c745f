import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { Endpoint, ModelTarget } from "../endpoint";
import type { HttpReply } from "../transport";

const code = z.union([z.string(), z.number()]).nullish();
const words = z.looseObject({ message: z.unknown().optional(), code, type: code, status: code, param: z.string().nullish(), innererror: z.looseObject({ code }).nullish() });
const errorBody = z.looseObject({ error: z.union([z.string(), words]).nullish(), message: z.unknown().optional(), detail: z.unknown().optional(), code, type: code, param: z.string().nullish() });

export interface ProviderError {
  detail: string;
  /** All the provider's codes for it, joined. */
  codes: string;
  /** The parameter it names. */
  param: string | null;
}

const DETAIL_LIMIT = 500;
const SHORTEST_SECRET = 6;
const toText = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));

/** The provider's own words, without any key that it may quote. */
function tidy(text: string, endpoint: Endpoint): string {
  const { serviceAccount, ...plain } = endpoint.secrets;
  const inner = [...(serviceAccount ?? "").matchAll(/"private_key(?:_id)?"\s*:\s*"([^"]+)"/g)].map(([, secret = ""]) => secret);
  const secrets = [...Object.values(plain), ...inner].filter((secret) => secret.length >= SHORTEST_SECRET);
  return secrets.reduce((said, secret) => said.replaceAll(secret, "…"), text).replace(/\s+/g, " ").trim().slice(0, DETAIL_LIMIT);
}

/** Reads an error in any of the providers' shapes: `{error: {message}}`, `[{error}]`, `{message}`, `{detail}`, `{error: "…"}`. */
export function readProviderError(text: string, endpoint: Endpoint): ProviderError {
  try {
    const json: unknown = JSON.parse(text);
    const body = errorBody.parse(Array.isArray(json) ? json[0] : json);
    const inner = typeof body.error === "object" && body.error !== null ? body.error : null;
    const detail = toText(inner ? inner.message : (body.error ?? body.message ?? body.detail));
    const codes = [inner?.code, inner?.type, inner?.status, inner?.innererror?.code, body.code, body.type].filter((part) => part !== undefined && part !== null);
    return { detail: tidy(detail || text, endpoint), codes: codes.join(" "), param: inner?.param ?? body.param ?? null };
  } catch {
    return { detail: tidy(text, endpoint).slice(0, 200) || "(no text)", codes: "", param: null };
  }
}

const WRONG_KEY = /api[ _-]?key (not valid|invalid|expired)|invalid (api|authentication|x-api)[ _-]?key|API_KEY_INVALID|security token included in the request is invalid|UnrecognizedClient/i;
const NO_MODEL = /model[ _]not[ _]found|DeploymentNotFound|model identifier is invalid|not a valid model|(unknown|no such|invalid) model|model .{0,120}(does not exist|not exist\b|is not available|not found)/i;
const TOO_LONG = /context[ _](length|window)|too many tokens|prompt is too long|input is too long|exceeds the maximum number of tokens|maximum context|too many total text bytes/i;
const NO_CREDIT = /insufficient[ _](quota|balance|credit)|credit balance is too low|exceeded your current quota|billing[ _]hard[ _]limit/i;
const WRONG_PLACE = /\b(country|countries|region|territory|territories|geograph\w*|location)\b/i;
const FILTERED = /content[ _]filter|content[ _]policy|responsible ?ai|safety system|flagged|data_inspection_failed/i;

/** The error that a status and the provider's words stand for. `retryAfterSeconds` is in the data of `model_rate_limited`. */
export function describeStatus(reply: Pick<HttpReply, "status" | "text" | "retryAfterSeconds"> & { location?: string | null }, { endpoint, model }: ModelTarget): AppError {
  const { status } = reply;
  const { detail, codes } = readProviderError(reply.text, endpoint);
  const data = { connection: endpoint.name, status, detail, model };
  const said = `${codes} ${detail}`;
  if (status >= 300 && status < 400) return new AppError("model_redirected", { ...data, location: tidy(reply.location ?? "", endpoint) || "(nowhere)" });
  if (codes.includes("local_model_unusable")) return new AppError("local_model_unusable", data);
  if (status === 402 || (status < 500 && NO_CREDIT.test(said))) return new AppError("model_credit_exhausted", data);
  if ((status === 400 || status === 403 || status === 422) && FILTERED.test(said)) return new AppError("model_content_filtered", data);
  if (status === 403 && WRONG_PLACE.test(said)) return new AppError("model_access_denied", data);
  if (status === 401 || status === 403 || (status === 400 && WRONG_KEY.test(said))) return new AppError("model_key_refused", data);
  if (status === 404 || (status === 400 && NO_MODEL.test(said))) return new AppError("model_not_found", data);
  if (status === 429) return new AppError("model_rate_limited", { ...data, retryAfterSeconds: reply.retryAfterSeconds });
  if (status === 413 || (status < 500 && TOO_LONG.test(said))) return new AppError("prompt_too_long", data);
  // 529 is Anthropic's word for overloaded; 424 is Bedrock's for a model that failed.
  if (status >= 500 || [408, 409, 424, 425].includes(status)) return new AppError("model_server_error", data);
  return new AppError("model_request_refused", data);
}
