import { join } from "node:path";
import type { ErrorData } from "@/lib/core/app-error";
import type { ErrorCode } from "@/lib/core/error-catalogue";
import { quoteLiteral } from "./quote-literal";
import type { IssueManifest } from "./table-manifest";
import type { TableSession } from "./table-session";

export interface Issue {
  /** Row number in the input table; null for a line of a source. */
  inputRow: number | null;
  kind: "rejected" | "failed";
  code: ErrorCode;
  data: ErrorData;
  /** Call cache key of the reply that led to it. */
  callKey: string | null;
}

export interface IssuePage {
  total: number;
  reasons: { code: string; count: number }[];
  issues: Issue[];
}

/** A page over the rows that did not come out, and the counts by reason. */
export async function queryIssues(
  session: TableSession,
  query: {
    dataFolder: string;
    manifest: IssueManifest;
    kind: "rejected" | "failed";
    offset: number;
    limit: number;
  },
): Promise<IssuePage> {
  const parts = query.manifest.parts.filter((part) => part.rows > 0);
  if (parts.length === 0) return { total: 0, reasons: [], issues: [] };
  const from = `read_parquet([${parts.map((part) => quoteLiteral(join(query.dataFolder, part.file))).join(", ")}], union_by_name=true)`;
  const counted = await session.query(
    `SELECT code, count(*) AS n FROM ${from} WHERE kind = ? GROUP BY code ORDER BY n DESC, code`,
    [query.kind],
  );
  const reasons = counted.map((row) => ({
    code: String(row["code"]),
    count: Number(row["n"]),
  }));
  const found = await session.query(
    `SELECT x.__in0, x.kind, x.code, x.data, x.__call.key AS call_key FROM (SELECT NULL::STRUCT(key VARCHAR) AS __call WHERE false UNION ALL BY NAME SELECT * FROM ${from}) x WHERE x.kind = ? LIMIT ? OFFSET ?`,
    [query.kind, Math.min(1000, query.limit), query.offset],
  );
  return {
    total: reasons.reduce((sum, { count }) => sum + count, 0),
    reasons,
    issues: found.map(toIssue),
  };
}

function toIssue(row: Record<string, unknown>): Issue {
  const inputRow = row["__in0"];
  return {
    inputRow:
      inputRow === null || inputRow === undefined ? null : Number(inputRow),
    kind: row["kind"] === "failed" ? "failed" : "rejected",
    code: String(row["code"]) as ErrorCode,
    data: JSON.parse(
      typeof row["data"] === "string" ? row["data"] : "{}",
    ) as ErrorData,
    callKey: typeof row["call_key"] === "string" ? row["call_key"] : null,
  };
}
