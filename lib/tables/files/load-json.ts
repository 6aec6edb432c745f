import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "../quote-identifier";
import { JsonRows } from "./json-rows";
import { nameColumns } from "./name-columns";
import type { TextSource } from "./open-text";
import { type JsonPlan, planJson } from "./plan-json";
import { type FileLine, readLines } from "./read-lines";
import { JsonFlaw, type ScannedJson, scanJson } from "./scan-json";
import type { SourceContext, SourceNote, SourceOptions, SourceTable } from "./source-file";
import { type JsonMember, type SplitTarget, splitJson } from "./split-json";
import { surveyJson } from "./survey-json";
import { weighHeader } from "./weigh-header";

type Context = Pick<SourceContext, "scratch" | "signal">;

/** Loads a JSON document, or several one after another. */
export async function loadJson(context: Context, text: TextSource, options: SourceOptions): Promise<SourceTable> {
  const { plan, notes } = planJson(await surveyJson(text), options.rowsPath);
  const loaded = await loadPlanned(context, text, plan, options);
  return { ...loaded, notes: [...text.notes, ...notes, ...(loaded.notes ?? [])] };
}

/** Loads lines of JSON. A file that is called so but is one document over many lines is read as the document it is. */
export async function loadJsonLines(context: Context, text: TextSource, options: SourceOptions): Promise<SourceTable> {
  if (await isDocument(text)) {
    const table = await loadJson(context, text, options);
    return { ...table, notes: [{ code: "json_document", data: {}, param: "format" }, ...(table.notes ?? [])] };
  }
  const rows = await fill(context, text, readLines(text), (table, { line, bytes }) => (bytes?.some((byte) => byte > 32) === false ? null : table.take({ line, bytes })));
  return { ...(await close(rows, text)), notes: text.notes };
}

const LINES_LOOKED_AT = 20;

/** Most of its first lines are no JSON by themselves, and it begins like a document. */
async function isDocument(text: TextSource): Promise<boolean> {
  const { bytes, isWhole } = await text.sample();
  const lines = bytes.toString("utf8").split("\n");
  const looked = (isWhole ? lines : lines.slice(0, -1)).filter((line) => line.trim() !== "").slice(0, LINES_LOOKED_AT);
  const whole = looked.filter((line) => {
    try {
      scanJson(Buffer.from(line.trim()));
      return true;
    } catch {
      return false;
    }
  });
  // A list on one line is a list of rows, not one row.
  const isList = looked.length === 1 && isWhole && /^\s*\[\s*\{/.test(looked[0] ?? "");
  const [first = "", second = ""] = looked;
  // Lines that each begin an object are rows, however broken.
  const goesOn = /^\s*\[/.test(first) || (/^\s*\{/.test(first) && !/^\{/.test(second));
  return isList || (looked.length > 1 && goesOn && whole.length * 2 < looked.length);
}

async function fill<Item extends FileLine>({ scratch, signal }: Context, text: TextSource, batches: AsyncIterable<Item[]>, take: (rows: JsonRows, item: Item) => Promise<void> | null): Promise<JsonRows> {
  const rows = await JsonRows.create(scratch, text);
  for await (const batch of batches) {
    signal?.throwIfAborted();
    for (const item of batch) await take(rows, item);
    await rows.drain();
  }
  return rows;
}

async function close(rows: JsonRows, { file }: TextSource): Promise<Pick<SourceTable, "query" | "columns" | "rows" | "failures">> {
  const table = await rows.close();
  if (rows.rows === 0 && rows.failed === 0) throw new AppError("file_empty", { name: file.name });
  return table;
}

function loadPlanned(context: Context, text: TextSource, plan: JsonPlan, options: SourceOptions): Promise<SourceTable> {
  if (plan.kind === "columns") return loadColumns(context, text, plan.keepsKeys);
  if (plan.kind === "cells") return loadCells(context, text, plan, options);
  if (plan.kind === "members") return loadMembers(context, text, { kind: "at", path: [] }, plan.keepsKeys);
  return loadMembers(context, text, plan.kind === "rows" ? { kind: "at", path: plan.path } : { kind: "documents" }, false);
}

async function loadMembers(context: Context, text: TextSource, target: SplitTarget, keepsKeys: boolean): Promise<SourceTable> {
  const rows = await fill(context, text, splitJson(text, target), (table, member) => table.take(member, keepsKeys ? (scanned, bytes) => withKey(scanned, bytes, member) : undefined));
  return { ...(await close(rows, text)), notes: [] };
}

/** The row with its own name as the first member. */
function withKey({ root }: ScannedJson, bytes: Buffer, { key }: JsonMember): Buffer {
  if (root.kind !== "object") throw new JsonFlaw("it is not an object");
  let name = "index";
  for (let count = 2; root.keys.includes(name); count++) name = `index (${count})`;
  const start = bytes.indexOf(123) + 1;
  return Buffer.concat([Buffer.from(`{${JSON.stringify(name)}:${writeKey(key)}${root.keys.length > 0 ? "," : ""}`), bytes.subarray(start)]);
}

function writeKey(key: string): string {
  return /^(0|[1-9]\d{0,15})$/.test(key) ? key : JSON.stringify(key.toWellFormed());
}

/** Rows as lists of cells. */
async function loadCells(context: Context, text: TextSource, { path, names, index }: Extract<JsonPlan, { kind: "cells" }>, options: SourceOptions): Promise<SourceTable> {
  const members = (at: string[]): AsyncGenerator<JsonMember[]> => splitJson(text, { kind: "at", path: at });
  const head = await readHead(members(names ?? path), names === null);
  const isHeader = names === null && (options.header === "yes" || (options.header === "auto" && looksNamed(head)));
  const titles = names === null ? (isHeader ? (head[0] ?? []) : (head[0] ?? []).map(() => "")) : head.map(([cell = ""]) => cell);
  const keys = nameColumns(titles.map(readTitle)).map((name) => JSON.stringify(name));
  const labels = index === null ? null : await readLabels(context, text, members(index));
  let place = 0;
  const rows = await fill(context, text, members(path), (table, member) => {
    if (isHeader && place++ === 0) return null;
    return table.take(member, ({ members: spans }, bytes) => {
      if (spans.length !== keys.length) return { found: spans.length, expected: keys.length };
      return Buffer.from(`{${spans.map(([start, end], cell) => `${keys[cell] ?? ""}:${bytes.toString("utf8", start, end)}`).join(",")}}`);
    });
  });
  const table = await close(rows, text);
  const notes: SourceNote[] = names === null ? [{ code: isHeader ? "header_taken" : "header_made", data: isHeader ? { names: titles.map(readTitle).slice(0, 3).join(", ") } : {}, param: "header" }] : [];
  // A row that was set aside has a label too, so labels can only be laid beside rows that are all there.
  if (labels === null || labels.rows !== table.rows) return { ...table, notes };
  return { ...beside([{ ...labels, as: freeName("index", table.columns.map(({ name }) => name)) }, { ...table, as: null }]), rows: table.rows, failures: table.failures, notes };
}

/** The first rows of cells as JSON text, or each member alone. */
async function readHead(batches: AsyncIterable<JsonMember[]>, areRows: boolean): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const batch of batches) {
    for (const { bytes } of batch) {
      if (bytes === null) continue;
      try {
        rows.push(areRows ? scanJson(bytes).members.map(([start, end]) => bytes.toString("utf8", start, end)) : [bytes.toString("utf8").trim()]);
      } catch (error) {
        if (!(error instanceof JsonFlaw)) throw error;
      }
    }
    if (areRows && rows.length >= 1000) break;
  }
  return rows;
}

function looksNamed(rows: readonly string[][]): boolean {
  const cells = rows.map((row) => row.map((cell) => ({ text: readTitle(cell).trim(), kind: cell.startsWith('"') ? ("text" as const) : cell === "null" ? ("empty" as const) : /^[tf]/.test(cell) ? ("boolean" as const) : ("number" as const) })));
  return (cells[0] ?? []).every(({ kind }) => kind === "text") && weighHeader(cells) > 0;
}

function readTitle(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value.toWellFormed() : json;
  } catch {
    return json;
  }
}

/** An index that only counts the rows is no column. */
async function readLabels({ scratch, signal }: Context, text: TextSource, batches: AsyncIterable<JsonMember[]>): Promise<Awaited<ReturnType<JsonRows["close"]>> | null> {
  const rows = await JsonRows.create(scratch, text, "index");
  let isCount = true;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    for (const member of batch) {
      if (member.bytes?.toString("utf8").trim() !== String(rows.rows)) isCount = false;
      await rows.take(member, (_, bytes) => Buffer.concat([Buffer.from('{"value":'), bytes, Buffer.from("}")]));
    }
    await rows.drain();
  }
  const table = await rows.close();
  return isCount ? null : table;
}

/** Columns as members of the document: each goes to a file of its own, and the files are read side by side. */
async function loadColumns({ scratch, signal }: Context, text: TextSource, keepsKeys: boolean): Promise<SourceTable> {
  const columns: { name: string; rows: JsonRows }[] = [];
  const labels = keepsKeys ? await JsonRows.create(scratch, text, "index") : null;
  const enclose = (_: unknown, bytes: Buffer): Buffer => Buffer.concat([Buffer.from('{"value":'), bytes, Buffer.from("}")]);
  for await (const batch of splitJson(text, { kind: "each" })) {
    signal?.throwIfAborted();
    for (const member of batch) {
      if (columns.at(-1)?.name !== member.parent) {
        await columns.at(-1)?.rows.drain();
        columns.push({ name: member.parent, rows: await JsonRows.create(scratch, text, `column-${columns.length}`) });
      }
      if (labels && columns.length === 1) await labels.take({ line: member.line, bytes: Buffer.from(`{"value":${writeKey(member.key)}}`) });
      await columns.at(-1)?.rows.take(member, enclose);
    }
    await columns.at(-1)?.rows.drain();
  }
  const names = nameColumns(columns.map(({ name }) => name));
  const tables = await Promise.all(columns.map(({ rows }) => rows.close()));
  const [first] = tables;
  const count = first?.rows ?? 0;
  if (tables.some((table) => table.rows !== count || table.failures !== null)) throw new AppError("file_unreadable", { name: text.file.name, format: "JSON", detail: "one of its columns breaks off or holds what is not JSON" });
  const sides = tables.map((table, index) => ({ ...table, as: names[index] ?? "" }));
  const label = labels ? [{ ...(await labels.close()), as: freeName("index", names) }] : [];
  return { ...beside([...label, ...sides]), rows: count, failures: null, notes: [] };
}

function freeName(wanted: string, taken: readonly string[]): string {
  return nameColumns([...taken, wanted]).at(-1) ?? wanted;
}

/** Tables of as many rows side by side; `as` is the name of one that has the single column `value`. */
function beside(tables: readonly (Pick<SourceTable, "query" | "columns"> & { as: string | null })[]): Pick<SourceTable, "query" | "columns"> {
  const selected = tables.flatMap(({ columns, as }, index) => (as === null ? [`t${index}.*`] : columns.map(() => `t${index}.value AS ${quoteIdentifier(as)}`)));
  return {
    query: `SELECT ${selected.join(", ")} FROM ${tables.map(({ query }, index) => `(${query}) t${index}`).join(" POSITIONAL JOIN ")}`,
    columns: tables.flatMap(({ columns, as }) => columns.map((column) => (as === null ? column : { ...column, name: as }))),
  };
}
