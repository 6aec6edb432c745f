import type { ErrorCode } from "@/lib/core/error-catalogue";
import { sameText } from "./same-text";

/** A query of issues that all have the same reason, for the rows of `from`, which may carry a WHERE. */
export function issueRows(code: ErrorCode, from: string, data: Record<string, string | number> = {}): string {
  return `SELECT __row AS __in0, ${sameText(code)} AS code, ${sameText(JSON.stringify(data))} AS data FROM ${from}`;
}
