import type { AppError } from "@/lib/core/app-error";
import type { TokenUsage } from "./chat";

const paid = new WeakMap<AppError, TokenUsage>();

/** Notes what a reply took that could not be used: it is paid for all the same. */
export function markPaid(error: AppError, { promptTokens, completionTokens, cachedTokens, reasoningTokens }: TokenUsage): AppError {
  if (promptTokens + completionTokens > 0) paid.set(error, { promptTokens, completionTokens, cachedTokens, reasoningTokens });
  return error;
}

/** What the reply behind an error took; null where nothing is known to have been paid. */
export function paidUsage(error: unknown): TokenUsage | null {
  return paid.get(error as AppError) ?? null;
}
