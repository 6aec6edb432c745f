import { errorCatalogue, type ErrorCode } from "./error-catalogue";
import { formatError } from "./format-error";
import { storableText } from "./storable-text";

/** Values shown in the message and given to scripts: what, where, which. Never a secret. */
export type ErrorData = Record<string, string | number | boolean | null | undefined>;

/** What an error is once it is data: in Postgres, in JSON, in the browser. */
export interface ErrorRecord {
  code: ErrorCode;
  message: string;
  data: Record<string, string | number | boolean | null>;
}

const BRAND = Symbol.for("reverie.app-error");

/** The one error of this project. Foreign errors are wrapped where they enter, with the original as `cause`. */
export class AppError extends Error {
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, data: ErrorData = {}, options?: { cause?: unknown }) {
    // Errors quote what others sent, and are kept: here, before anything else has them, they become text that can be.
    const kept = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, typeof value === "string" ? storableText(value) : value]));
    super(formatError(code, kept), options);
    this.name = "AppError";
    this.code = code;
    this.data = kept;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get retry(): "never" | "later" | "now" {
    return errorCatalogue[this.code].retry;
  }

  toRecord(): ErrorRecord {
    return { code: this.code, message: this.message, data: Object.fromEntries(Object.entries(this.data).map(([key, value]) => [key, value ?? null])) };
  }
}

/** By brand, not `instanceof`, so that two copies of this module in one process agree. */
export function isAppError(error: unknown): error is AppError {
  return typeof error === "object" && error !== null && BRAND in error;
}

/** The error as it is, or wrapped as `code` with its text as `data.detail`. */
export function toAppError(error: unknown, code: ErrorCode = "internal", data: ErrorData = {}): AppError {
  if (isAppError(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new AppError(code, { ...data, detail }, { cause: error });
}
