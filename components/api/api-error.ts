import type { ErrorData } from "@/lib/core/app-error";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";

/** What the server answered instead of the reply; `offline` where it did not answer at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly data: ErrorData;
  readonly status: number;

  constructor(code: string, message: string, data: ErrorData, status: number) {
    super(isErrorCode(code) ? formatError(code, data) : message);
    this.name = "ApiError";
    this.code = code;
    this.data = data;
    this.status = status;
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}
