import { QueryClient } from "@tanstack/react-query";
import { isApiError } from "./api-error";

const FRESH_MS = 5_000;
const MAX_RETRIES = 2;

/** Faults that pass by themselves are tried again; a refusal is not. */
function shouldRetry(failures: number, error: Error): boolean {
  return failures < MAX_RETRIES && (!isApiError(error) || error.status === 0 || error.status >= 502);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { staleTime: FRESH_MS, retry: shouldRetry } } });
}
