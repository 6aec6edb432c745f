import { isNested } from "@/lib/steps/_sdk/columns";
import { AppError } from "@/lib/core/app-error";
import type { CallRecord } from "@/lib/llm/chat";
import { type JsonValue, toJsonCell } from "./json-cell";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { createLineageView } from "./table-view";
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
  const view = await createLineageView(session, { name: "whole_row", dataFolder, manifest, range });
  const [found] = row < manifest.rows ? await session.read(`SELECT * FROM ${view}`) : [];
  if (!found) throw new AppError("not_found", { what: "row", id: String(row) });
  const jsonColumns = new Set(
    manifest.columns
      .filter(({ type }) => isNested(type))
      .map(({ name }) => name),
  );
  const values = manifest.columns.map(
    ({ name }) =>
      [
        name,
        whole(toJsonCell(found[name] ?? null), jsonColumns.has(name)),
      ] as const,
  );
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

/** Values of DuckDB type JSON arrive as their text, alone or as members of a list. */
function whole(cell: JsonValue, isJson: boolean): JsonValue {
  if (!isJson) return cell;
  if (Array.isArray(cell))
    return cell.map((member) =>
      typeof member === "string" ? parseIfJson(member) : member,
    );
  return typeof cell === "string" ? parseIfJson(cell) : cell;
}

function parseIfJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
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
