import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Bool, Field, Int64, List, Struct, Table, TimestampMicrosecond, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { packFolder } from "@/lib/files/pack-folder";
import { type DuckDb, openDuckDb } from "../duckdb";
import type { TableSession } from "../table-session";
import { loadSourceFile } from "./load-source-file";
import { defaultSourceOptions, type SourceOptions } from "./source-file";

let folder: string;
let db: DuckDb;
let session: TableSession;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-archive-"));
  db = await openDuckDb({ dataFolder: folder, memoryLimitMb: 512, threads: 1 });
  session = await db.openSession({ readable: [folder], writable: folder });
});

afterAll(async () => {
  session.close();
  await db.close();
  await rm(folder, { recursive: true });
});

async function writeZip(name: string, members: Record<string, string | Uint8Array>): Promise<string> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(members)) zip.addBuffer(Buffer.from(content as Uint8Array), path);
  zip.end();
  const path = join(folder, name);
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

async function load(name: string, options: Partial<SourceOptions> = {}) {
  const table = await loadSourceFile({ sql: session, scratch: folder }, { path: join(folder, name), name }, { ...defaultSourceOptions, ...options });
  const rows = await session.query(`SELECT * FROM (${table.query})`);
  expect(rows.length).toBe(table.rows);
  const failed = table.failures === null ? [] : await session.query(`SELECT code, data->>'line' AS line FROM read_json('${table.failures}', columns = {code: 'VARCHAR', data: 'JSON'})`);
  return { rows, failed, notes: table.notes ?? [], query: table.query, types: Object.fromEntries(table.columns.map((column) => [column.name, column.type])) };
}

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

function workbook(sheets: Record<string, string>, extra: Record<string, string> = {}): Record<string, string> {
  const names = Object.keys(sheets);
  return {
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="r"><sheets>${names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${names.map((_, index) => `<Relationship Id="rId${index + 1}" Target="worksheets/sheet${index + 1}.xml"/>`).join("")}</Relationships>`,
    "xl/sharedStrings.xml": `<sst xmlns="${main}"><si><t>name</t></si><si><t>born</t></si><si><r><t>Đặng </t></r><r><t>&amp; Huế</t></r><rPh><t>no</t></rPh></si></sst>`,
    "xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="[Red]0.00&quot;d&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(names.map((name, index) => [`xl/worksheets/sheet${index + 1}.xml`, `<worksheet xmlns="${main}"><sheetData>${sheets[name] ?? ""}</sheetData></worksheet>`])),
    ...extra,
  };
}

const people = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>score</t></is></c></row>
<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45292.5</v></c><c r="C2" s="2"><v>1</v></c></row>
<row r="3"/><row r="4"><c r="C4"><v>2.5</v></c></row>
<row r="5"><c r="A5" t="e"><v>#N/A</v></c><c r="C5"><v>3</v></c></row>
<row r="6"><c r="A6" t="str"><f>"a"</f><v>a_x000A_b</v></c><c r="B6" s="1"><v>1</v></c><c r="D6" t="b"><v>1</v></c></row>`;

describe("Excel", () => {
  it("reads texts, numbers, dates and truth values, by column", async () => {
    await writeZip("people.xlsx", workbook({ People: people }));
    const { rows, failed, types } = await load("people.xlsx");
    expect(types).toEqual({ name: "text", born: "timestamp", score: "number", column4: "boolean" });
    expect(rows.map((row) => [row["name"], row["score"], row["column4"]])).toEqual([["Đặng & Huế", 1, null], [null, 2.5, null], ["a\nb", null, true]]);
    expect(rows.map((row) => row["born"])).toEqual([new Date("2024-01-01T12:00:00Z"), null, new Date("1900-01-01T00:00:00Z")]);
    expect(failed).toEqual([{ code: "file_cell_error", line: "5" }]);
    expect((await load("people.xlsx", { onBadRow: "keep-what-fits" })).rows.length).toBe(4);
  });

  it("takes the sheet and the first row that are asked for", async () => {
    const second = `<row r="1"><c r="A1" t="inlineStr"><is><t>A title above</t></is></c></row><row r="3"><c r="A3"><v>7</v></c></row><row r="4"><c r="A4"><v>8</v></c></row>`;
    await writeZip("two.xlsx", workbook({ One: people, Two: second }));
    expect((await load("two.xlsx", { sheet: "2", headerRow: 3 })).rows).toEqual([{ column1: 7n }, { column1: 8n }]);
    expect((await load("two.xlsx", { sheet: "2", headerRow: 3, allText: true, header: "yes" })).rows).toEqual([{ 7: "8" }]);
    await expect(load("two.xlsx", { sheet: "Three" })).rejects.toMatchObject({ code: "sheet_missing" });
  });

  it("takes the first sheet that has a row, past charts and empty ones, whatever the prefix of relationships", async () => {
    const members = workbook({ Cover: "", Chart: "", Data: people });
    const list = members["xl/workbook.xml"]?.replace('xmlns:r="r"', 'xmlns:d3p1="r"').replaceAll("r:id", "d3p1:id") ?? "";
    const relations = members["xl/_rels/workbook.xml.rels"]?.replace('Target="worksheets/sheet2.xml"', 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet" Target="worksheets/sheet2.xml"') ?? "";
    await writeZip("charts.xlsx", { ...members, "xl/workbook.xml": list, "xl/_rels/workbook.xml.rels": relations });
    const { rows, notes } = await load("charts.xlsx", { onBadRow: "keep-what-fits" });
    expect(rows.length).toBe(4);
    expect(notes[0]).toEqual({ code: "sheet_taken", data: { sheet: "Data", others: "Cover", count: 1 }, param: "sheet" });
    await expect(load("charts.xlsx", { sheet: "Cover" })).rejects.toMatchObject({ code: "file_empty" });
  });

  it("counts the formulas whose results a program did not write", async () => {
    const cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c><c r="B1" t="inlineStr"><is><t>twice</t></is></c></row><row r="2"><c r="A2"><v>2</v></c><c r="B2"><f>A2*2</f></c></row><row r="3"><c r="A3"><v>3</v></c><c r="B3"><f>A3*2</f><v>6</v></c></row><row r="4"><c r="A4"><v>4</v></c><c r="B4" t="str"><f>""</f><v></v></c></row>';
    await writeZip("formulas.xlsx", workbook({ One: cells }));
    const { rows, notes } = await load("formulas.xlsx");
    expect(rows).toEqual([{ n: 2n, twice: null }, { n: 3n, twice: 6n }, { n: 4n, twice: null }]);
    expect(notes).toContainEqual({ code: "formulas_without_results", data: { count: 1 }, param: null });
  });

  it("says what is wrong with an empty or a broken workbook", async () => {
    await writeZip("empty.xlsx", workbook({ One: "" }));
    await expect(load("empty.xlsx")).rejects.toMatchObject({ code: "file_empty" });
    await writeFile(join(folder, "broken.xlsx"), "PK\u0003\u0004 and no more");
    await expect(load("broken.xlsx")).rejects.toMatchObject({ code: "file_unreadable" });
  });
});

function saved(): Table {
  const at = new TimestampMicrosecond();
  return new Table({
    text: vectorFromArray(["a", null, "ữ\n"], new Utf8()),
    id: vectorFromArray([9007199254740993n, -1n, null], new Int64()),
    tags: vectorFromArray([["x", "y"], [], null], new List(new Field("item", new Utf8()))),
    ok: vectorFromArray([true, false, null], new Bool()),
    made: vectorFromArray([1_700_000_000_000.001, 0, null], at),
    image: vectorFromArray([{ path: "p" }, { path: null }, null], new Struct([new Field("path", new Utf8(), true)])),
  });
}

describe("a saved data set", () => {
  it("gives every value back, with its type", async () => {
    const stream = tableToIPC(saved(), "stream");
    await writeZip("saved.zip", { "set/state.json": JSON.stringify({ _data_files: [{ filename: "data-0.arrow" }, { filename: "data-1.arrow" }] }), "set/dataset_info.json": "{}", "set/data-1.arrow": stream, "set/data-0.arrow": stream });
    const { rows, types, query } = await load("saved.zip");
    expect(types).toEqual({ text: "text", id: "integer", tags: "list", ok: "boolean", made: "timestamp", image: "object" });
    expect(rows.length).toBe(6);
    expect(rows[3]).toMatchObject({ text: "a", id: 9007199254740993n, ok: true });
    const [made] = await session.query("SELECT made::VARCHAR AS made FROM (" + query + ") LIMIT 1");
    expect(made).toEqual({ made: "2023-11-14 22:13:20.000001" });
  });

  it("wants a split where there are several", async () => {
    const stream = tableToIPC(saved(), "stream");
    const state = JSON.stringify({ _data_files: [{ filename: "data.arrow" }] });
    await writeZip("splits.zip", { "d/dataset_dict.json": "{}", "d/train/state.json": state, "d/train/data.arrow": stream, "d/test/state.json": state, "d/test/data.arrow": stream });
    await expect(load("splits.zip")).rejects.toMatchObject({ code: "split_missing", data: { splits: "train, test" } });
    expect((await load("splits.zip", { split: "test" })).rows.length).toBe(3);
  });

  it("is refused where a file is missing or broken", async () => {
    await writeZip("lost.zip", { "state.json": JSON.stringify({ _data_files: [{ filename: "data.arrow" }] }) });
    await expect(load("lost.zip")).rejects.toMatchObject({ code: "file_unreadable" });
    await writeZip("none.zip", { "a.pdf": "x" });
    await expect(load("none.zip")).rejects.toMatchObject({ code: "archive_without_table" });
  });

  it("is taken from a folder, always as the same archive", async () => {
    await mkdir(join(folder, "inbox", "deep"), { recursive: true });
    await writeFile(join(folder, "inbox", "state.json"), JSON.stringify({ _data_files: [{ filename: "deep/data.arrow" }] }));
    await writeFile(join(folder, "inbox", "deep", "data.arrow"), tableToIPC(saved(), "stream"));
    const pack = async (): Promise<Buffer> => Buffer.concat(await (await packFolder(join(folder, "inbox"))).toArray() as Buffer[]);
    const packed = await pack();
    expect(packed.equals(await pack())).toBe(true);
    await writeFile(join(folder, "packed.zip"), packed);
    expect((await load("packed.zip")).rows.length).toBe(3);
  });
});

describe("a dangerous archive", () => {
  it("is not opened", async () => {
    const path = await writeZip("bomb.zip", { "a.txt": Buffer.alloc(32 * 2 ** 20) });
    await expect(load("bomb.zip")).rejects.toMatchObject({ code: "zip_unsafe" });
    const bytes = await readFile(await writeZip("safe.zip", { "aa/evil.txt": "x" }));
    for (const match of bytes.toString("latin1").matchAll(/aa\/evil/g)) bytes.write("../evil", match.index, "latin1");
    await writeFile(path, bytes);
    await expect(load("bomb.zip")).rejects.toMatchObject({ code: "zip_unsafe" });
  });
});
