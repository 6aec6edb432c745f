import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Contract } from "@/lib/contracts/contract";
import { callApi, type ApiInput, type ApiReply } from "./call-api";

interface UseApiOptions {
  enabled?: boolean;
  /** Milliseconds between refreshes; left out for none. */
  refreshMs?: number | false;
  /** Shows the earlier reply until the next one is there. */
  keepPrevious?: boolean;
  /** Asked for anew each time it is shown, and never while it is. */
  once?: boolean;
}

/** Cache key of an operation and its input; without input, the key of all of its replies. */
export function apiKey(operation: { method: string; path: string }, input?: unknown): unknown[] {
  const key: unknown[] = [operation.method, operation.path];
  return input === undefined ? key : [...key, input];
}

/** The reply to an operation that reads, kept and shared between components. */
export function useApi<Operation extends Contract>(
  operation: Operation,
  input: ApiInput<Operation>,
  { enabled = true, refreshMs = false, keepPrevious = false, once = false }: UseApiOptions = {},
): UseQueryResult<ApiReply<Operation>> {
  return useQuery({
    queryKey: apiKey(operation, input),
    queryFn: ({ signal }) => callApi(operation, input, { signal }),
    enabled,
    refetchInterval: refreshMs,
    ...(once ? { staleTime: Infinity, gcTime: 0 } : {}),
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}
