import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { formatError } from "@/lib/core/format-error";
import type { SharedResources } from "@/lib/engine/resources";
import type { ToolCall } from "@/lib/llm/chat";
import { filterAst } from "@/lib/tables/filter-ast";
import { profileColumns } from "@/lib/tables/profile-columns";
import { queryIssues } from "@/lib/tables/query-issues";
import { queryPage } from "@/lib/tables/query-page";
import { readCutCells } from "@/lib/tables/read-cut-cells";
import { readRow } from "@/lib/tables/read-row";
import { openTable, withSession, type OpenTable } from "./open-table";

const sortKeys = z.array(z.strictObject({ column: z.string(), descending: z.boolean().default(false) })).max(20);

function parseQuery<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError("query_invalid", { detail: z.prettifyError(parsed.error) });
  return parsed.data;
}

export interface RowsQuery {
  offset: number;
  limit: number;
  sort?: unknown;
  filter?: unknown;
  search?: string | undefined;
  count: "now" | "later";
}

/** A page of a step's table. Throws `query_invalid`, `query_too_slow`, `table_missing`. */
export async function readRows(resources: SharedResources, tableId: string, query: RowsQuery, signal: AbortSignal) {
  const { manifest } = await openTable(resources, tableId);
  if (manifest.parts.length === 0) return { rows: [], total: 0, counted: true };
  const { rows, total, counted } = await withSession(resources, signal, (session) =>
    queryPage(session, {
      dataFolder: resources.dataFolder,
      manifest,
      offset: query.offset,
      limit: query.limit,
      sort: parseQuery(sortKeys, query.sort),
      filter: parseQuery(filterAst, query.filter),
      search: query.search,
      countLater: query.count === "later",
    }),
  );
  return { rows, total, counted };
}

export async function readProfile(resources: SharedResources, tableId: string, signal: AbortSignal) {
  const { manifest } = await openTable(resources, tableId);
  if (manifest.parts.length === 0) return { rows: 0, sampled: null, columns: [] };
  return withSession(resources, signal, (session) => profileColumns(session, { dataFolder: resources.dataFolder, manifest }));
}

/** Rejected or failed rows with their reasons and the input cells they had. */
export async function readIssues(resources: SharedResources, tableId: string, query: { kind: "rejected" | "failed"; offset: number; limit: number }, signal: AbortSignal) {
  const table = await openTable(resources, tableId);
  return withSession(resources, signal, async (session) => {
    const page = await queryIssues(session, { dataFolder: resources.dataFolder, manifest: table.issues, ...query });
    const input = await openInput(resources, table);
    const rows = page.issues.flatMap((issue) => issue.inputRow ?? []);
    const found = input ? await readCutCells(session, { dataFolder: resources.dataFolder, manifest: input.manifest }, input.manifest.columns, rows) : [];
    const cells = new Map(found.map(({ row, values }) => [row, values]));
    return {
      total: page.total,
      reasons: page.reasons,
      issues: page.issues.map(({ inputRow, code, data, callKey }) => ({
        inputRow,
        error: { code, message: formatError(code, data), data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value ?? null])) },
        values: inputRow === null ? null : (cells.get(inputRow) ?? null),
        callKey,
      })),
    };
  });
}

async function openInput(resources: SharedResources, table: OpenTable): Promise<OpenTable | null> {
  const first = table.inputs[0];
  return first ? openTable(resources, first.tableId).catch(() => null) : null;
}

const MOST_ANCESTORS = 50;

/** One row whole, the call behind it, and the rows it came from, back to the source. */
export async function readRowDetail(resources: SharedResources, tableId: string, row: number, signal: AbortSignal) {
  const table = await openTable(resources, tableId);
  return withSession(resources, signal, async (session) => {
    const found = await readRow(session, { dataFolder: resources.dataFolder, manifest: table.manifest, row });
    const ancestors: { tableId: string; stepTitle: string; row: number; values: Record<string, unknown> }[] = [];
    const queue = parentsOf(table, found.parents);
    for (let next = queue.shift(); next && ancestors.length < MOST_ANCESTORS; next = queue.shift()) {
      const parentTable = await openTable(resources, next.tableId).catch(() => null);
      if (!parentTable) continue;
      const parent = await readRow(session, { dataFolder: resources.dataFolder, manifest: parentTable.manifest, row: next.row });
      ancestors.push({ ...next, stepTitle: await findStepTitle(resources, next.tableId), values: parent.values });
      queue.push(...parentsOf(parentTable, parent.parents));
    }
    return { row, values: found.values, call: found.call && (await describeCall(resources, found.call)), ancestors };
  });
}

function parentsOf(table: OpenTable, parents: number[][]): { tableId: string; row: number }[] {
  return parents.flatMap((rows, input) => {
    const source = table.inputs[input];
    return source ? rows.map((row) => ({ tableId: source.tableId, row })) : [];
  });
}

async function findStepTitle(resources: SharedResources, tableId: string): Promise<string> {
  const { rows } = await resources.database.pool.query<{ title: string }>("SELECT title FROM step_run WHERE fingerprint = $1 ORDER BY created_at DESC LIMIT 1", [tableId.split("~")[1]]);
  return rows[0]?.title ?? "";
}

interface StoredCall {
  model: string;
  request: unknown;
  reply: string;
  thinking: string | null;
  tool_calls: ToolCall[] | null;
  cached_tokens: number;
  reasoning_tokens: number;
  finish_reason: string | null;
}

async function describeCall<Record extends { key: string }>(resources: SharedResources, record: Record) {
  const { rows } = await resources.database.pool.query<StoredCall>("SELECT model, request, reply, thinking, tool_calls, cached_tokens, reasoning_tokens, finish_reason FROM call_cache WHERE key = $1", [Buffer.from(record.key, "hex")]);
  const stored = rows[0];
  return {
    ...record,
    model: stored?.model ?? null,
    request: stored?.request ?? null,
    reply: stored?.reply ?? null,
    thinking: stored?.thinking ?? null,
    toolCalls: stored?.tool_calls ?? [],
    cachedTokens: stored?.cached_tokens ?? 0,
    reasoningTokens: stored?.reasoning_tokens ?? 0,
    finishReason: stored?.finish_reason ?? null,
  };
}
