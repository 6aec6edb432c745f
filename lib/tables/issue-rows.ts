import type { ErrorCode } from "@/lib/core/error-catalogue";
import { sameText } from "./same-text";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

/** A query of issues that all have the same reason, for the rows of `from`, which may carry a WHERE. */
export function issueRows(code: ErrorCode, from: string, data: Record<string, string | number> = {}): string {
  return `SELECT ${ROW} AS ${IN0}, ${sameText(code)} AS code, ${sameText(JSON.stringify(data))} AS data FROM ${from}`;
}
