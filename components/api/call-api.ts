import type { z } from "zod";
import { errorReply } from "@/lib/contracts/errors";
import type { Contract } from "@/lib/contracts/contract";
import { ApiError } from "./api-error";
import { makeApiUrl, type UrlInput } from "./make-api-url";

type AnyContract = Contract;
type Given<Schema, Name extends string> = Schema extends z.ZodType
  ? z.input<Schema> extends undefined | Record<string, never>
    ? Partial<Record<Name, undefined>>
    : Record<Name, z.input<Schema>>
  : Partial<Record<Name, undefined>>;

/** Path parameters, query and body of an operation, each only where it has one. */
export type ApiInput<Operation> =
  Operation extends Contract<infer Params, infer Query, infer Body>
    ? Given<Params, "params"> & { query?: Partial<z.input<Query>> } & Given<Body, "body">
    : never;

export type ApiReply<Operation> =
  Operation extends Contract<z.ZodObject, z.ZodObject, z.ZodType, infer Response> ? z.output<Response> : never;

async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = errorReply.safeParse(body);
  if (!parsed.success) return new ApiError("internal", "", { detail: `HTTP ${String(response.status)}` }, response.status);
  const { code, message, data } = parsed.data.error;
  return new ApiError(code, message, data, response.status);
}

interface CallOptions {
  signal?: AbortSignal;
  /** Sent as the body where the operation takes a file. */
  file?: File;
}

/** Sends one request and gives its reply, or throws an `ApiError`. */
export async function callApi<Operation extends AnyContract>(
  operation: Operation,
  input: ApiInput<Operation>,
  { signal, file }: CallOptions = {},
): Promise<ApiReply<Operation>> {
  const { params, query, body } = input as UrlInput & { body?: unknown };
  const init: RequestInit = { method: operation.method, credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (file) {
    init.body = file;
    init.headers = { "content-type": "application/octet-stream" };
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(makeApiUrl(operation, { params, query }), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("offline", "The server does not answer. Check that it is running; this page tries again by itself.", {}, 0);
  }
  if (!response.ok) throw await readError(response);
  // The server checks what it sends against the same contract, so it is not checked twice.
  const reply: unknown = operation.response && response.status !== 204 ? await response.json() : undefined;
  return reply as ApiReply<Operation>;
}
