import { isNested } from "@/lib/steps/_sdk/columns";
import { AppError } from "@/lib/core/app-error";
import type { CallRecord } from "@/lib/llm/chat";
import { cellJsonText } from "./cell-text";
import { parseExactJson } from "./exact-json";
import { type JsonValue, toJsonCell } from "./json-cell";
import { quoteIdentifier } from "./quote-identifier";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { selectLineage } from "./table-view";
import { CALL, parentColumn } from "@/lib/steps/_sdk/own-columns";

export interface WholeRow {
  row: number;
  values: Record<string, JsonValue>;
  /** Row numbers in the input tables, by position: `parents[0]` from `IN0`. */
  parents: number[][];
  call: CallRecord | null;
}

/** One row with every cell whole. Throws `not_found`. */
export async function readRow(
  session: TableSession,
  {
    dataFolder,
    manifest,
    row,
  }: { dataFolder: string; manifest: TableManifest; row: number },
): Promise<WholeRow> {
  const range = { start: row, end: row + 1 };
  const query = await selectLineage(session, { dataFolder, manifest, range });
  const [found] = row < manifest.rows ? await session.read(`SELECT * ${jsonAsText(manifest)} FROM (${query})`) : [];
  if (!found) throw new AppError("not_found", { what: "row", id: String(row) });
  const values = manifest.columns.map(({ name, type }) => {
    const cell = toJsonCell(found[name] ?? null);
    return [name, isNested(type) && typeof cell === "string" ? parseExactJson(cell) : cell] as const;
  });
  const parents: number[][] = [];
  for (let input = 0; parentColumn(input) in found; input++) {
    const cell = toJsonCell(found[parentColumn(input)] ?? null);
    parents.push(
      (Array.isArray(cell) ? cell : cell === null ? [] : [cell]).map(Number),
    );
  }
  return {
    row,
    values: Object.fromEntries(values),
    parents,
    call: toCallRecord(toJsonCell(found[CALL] ?? null)),
  };
}

/** Lists and objects are read as JSON, in which no number was turned into a double. */
function jsonAsText({ columns }: TableManifest): string {
  const nested = columns.filter(({ type }) => isNested(type)).map((column) => `${cellJsonText(column)} AS ${quoteIdentifier(column.name)}`);
  return nested.length === 0 ? "" : `REPLACE (${nested.join(", ")})`;
}

function toCallRecord(call: JsonValue): CallRecord | null {
  if (call === null || typeof call !== "object" || Array.isArray(call))
    return null;
  const number = (name: string): number => Number(call[name] ?? 0);
  return {
    key: typeof call["key"] === "string" ? call["key"] : "",
    cached: call["cached"] === true,
    attempts: number("attempts"),
    latencyMs: number("latency_ms"),
    promptTokens: number("prompt_tokens"),
    completionTokens: number("completion_tokens"),
    costMicros: number("cost_micros"),
  };
}
