import { HubApiError } from "@huggingface/hub";
import { AppError, isAppError } from "@/lib/core/app-error";

export interface HubRequest {
  endpoint: string;
  hasToken: boolean;
  /** What was asked for: `data set`, `repository`, … and its name. */
  what: string;
  id: string;
}

/** Statuses that say “not like this”: another try gives the same answer. */
const NOT_TAKEN = new Set([400, 409, 412, 413, 422]);
const MAX_DETAIL = 300;

/** What talking to the Hub threw, in our words. Without a token the Hub says 401 of what is not there. */
export function wrapHubError(error: unknown, { endpoint, hasToken, what, id }: HubRequest): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === "AbortError") return new AppError("cancelled", {}, { cause: error });
  if (!(error instanceof HubApiError)) return new AppError("hub_unreachable", { endpoint, detail: describe(error) }, { cause: error });
  const { statusCode } = error;
  if (statusCode === 404 || (statusCode === 401 && !hasToken)) return new AppError("hub_not_found", { what, id }, { cause: error });
  if (statusCode === 401 || statusCode === 403) return new AppError("hub_refused", { endpoint }, { cause: error });
  if (NOT_TAKEN.has(statusCode)) return new AppError("hub_not_taken", { id, status: statusCode, detail: sayReason(error) }, { cause: error });
  return new AppError("hub_unreachable", { endpoint, detail: `HTTP ${statusCode}` }, { cause: error });
}

/** The Hub's own words. Not the error's message: that names the URL, which for an upload is a signed one. */
function sayReason({ data }: HubApiError): string {
  const said = data?.error ?? data?.message;
  return typeof said === "string" && said !== "" ? said.slice(0, MAX_DETAIL) : "it does not say why";
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
