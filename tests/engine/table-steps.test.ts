import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeFile } from "@/lib/engine/file-store";
import { readIssues, readRowDetail } from "@/lib/results/read-results";
import { readRun } from "@/lib/runs/read-run";
import type { FileRef } from "@/lib/steps/_sdk/param-fields";
import { makeDocument, step, type DrawnSteps } from "@/tests/support/draw";
import { makeSqlite, makeWorkbook, packZip } from "@/tests/support/make-files";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
});
afterAll(() => engine.close());

type Cell = string | number | boolean | null;
const never = new AbortController().signal;


/** Columns are written `name`, or `name:integer`. */
function typed(columns: string[], rows: Cell[][]) {
  const read = columns.map((column) => ({ name: column.split(":")[0] ?? "", type: column.split(":")[1] ?? "text" }));
  return step("type-table", { table: { columns: read, rows } });
}

const upload = (name: string, content: Buffer | string): Promise<FileRef> =>
  storeFile(engine.resources, name, Readable.from([Buffer.from(content)])).then(({ sha256 }) => ({ sha256, name }));

/** Runs to the end, and once more: the second time nothing may be computed. Edges are `"from.port>to.port"`. */
async function run(nodes: DrawnSteps, edges: string[]): Promise<string> {
  const document = makeDocument(nodes, edges);
  const start = (): Promise<string> => engine.start(document);
  const runId = await start();
  await engine.waitUntilDone(runId);
  const again = await start();
  await engine.waitUntilDone(again);
  const { steps } = await readRun(engine.resources, again);
  expect(steps.filter(({ fromCache }) => !fromCache).map(({ nodeId }) => nodeId)).toEqual([]);
  return runId;
}

async function cells(runId: string, node: string, port = "output"): Promise<unknown[][]> {
  return (await engine.readRows(runId, node, port)).map((row) => Object.values(row).map((cell) => (typeof cell === "bigint" ? Number(cell) : cell)));
}

/** Rows in, out, rejected and failed. */
async function totals(runId: string, node: string): Promise<number[]> {
  const { totals: counted } = await engine.readResult(runId, node);
  return [counted.rowsIn, counted.rowsOut, counted.rejected, counted.failed];
}

/** Step and row of all that a row came of, nearest first. */
async function ancestors(runId: string, node: string, row: number, port = "output"): Promise<string[]> {
  const detail = await readRowDetail(engine.resources, `run~${runId}~${node}~${port}`, row, never);
  return detail.ancestors.map(({ stepTitle, row: number }) => `${stepTitle} ${String(number)}`);
}

async function issues(runId: string, node: string, kind: "rejected" | "failed"): Promise<[number | null, string][]> {
  const page = await readIssues(engine.resources, `run~${runId}~${node}~output`, { kind, offset: 0, limit: 100 }, never);
  return page.issues.map(({ inputRow, error }) => [inputRow, error.code]);
}

const people = typed(["id:integer", "name", "team"], [[1, "An", "x"], [2, "Bình", "y"], [3, "Chi", "x"], [4, "Dũng", null], [5, "An", "z"]]);
const teams = typed(["team", "city"], [["x", "Huế"], ["y", "Đà Lạt"], ["x", "Vinh"], ["w", "Hà Nội"]]);

describe("steps that make more or fewer rows than they are given", () => {
  it("join, group, implode and explode, each row with the rows it came of", async () => {
    const runId = await run(
      {
        people,
        teams,
        inner: step("join", { kind: "inner", keys: [{ left: "team", right: "team" }] }),
        full: step("join", { kind: "full", keys: [{ left: "team", right: "team" }] }),
        semi: step("join", { kind: "semi", keys: [{ left: "team", right: "team" }] }),
        group: step("group", { keys: ["city"], aggregates: [{ function: "rows", column: "", name: "" }, { function: "concat", column: "name", name: "names" }] }),
        implode: step("implode", { keys: ["team"], columns: ["id", "name"] }),
        explode: step("explode", { column: "name", indexColumn: "n" }),
      },
      ["people.output>inner.left", "teams.output>inner.right", "people.output>full.left", "teams.output>full.right", "people.output>semi.left", "teams.output>semi.right", "inner.output>group.input", "people.output>implode.input", "implode.output>explode.input"],
    );
    expect(await cells(runId, "inner")).toEqual([[1, "An", "x", "Huế"], [1, "An", "x", "Vinh"], [2, "Bình", "y", "Đà Lạt"], [3, "Chi", "x", "Huế"], [3, "Chi", "x", "Vinh"]]);
    expect(await ancestors(runId, "inner", 1)).toEqual(["people 0", "teams 2"]);
    expect((await cells(runId, "full")).slice(5)).toEqual([[4, "Dũng", null, null], [5, "An", "z", null], [null, null, "w", "Hà Nội"]]);
    expect(await ancestors(runId, "full", 7)).toEqual(["teams 3"]);
    expect(await cells(runId, "semi")).toEqual([[1, "An", "x"], [2, "Bình", "y"], [3, "Chi", "x"]]);
    expect([await totals(runId, "semi"), await issues(runId, "semi", "rejected")]).toEqual([[9, 3, 2, 0], [[3, "row_not_matched"], [4, "row_not_matched"]]]);
    expect(await cells(runId, "group")).toEqual([["Huế", 2, "An, Chi"], ["Vinh", 2, "An, Chi"], ["Đà Lạt", 1, "Bình"]]);
    expect([await totals(runId, "group"), await ancestors(runId, "group", 0)]).toEqual([[5, 3, 0, 0], ["inner 0", "inner 3", "people 0", "teams 0", "people 2", "teams 0"]]);
    expect((await cells(runId, "explode")).map(([team, , name, n]) => [team, name, n])).toEqual([["x", "An", 1], ["x", "Chi", 2], ["y", "Bình", 1], [null, "Dũng", 1], ["z", "An", 1]]);
    expect(await ancestors(runId, "explode", 1)).toEqual(["implode 0", "people 0", "people 2"]);
  });

  it("pivot, zip and add-row", async () => {
    const runId = await run(
      {
        answers: typed(["q", "model", "text"], [["q1", "a", "x"], ["q2", "b", "y"], ["q1", "b", "z"], ["q2", "c", "w"]]),
        more: typed(["note"], [["one"], ["two"]]),
        pivot: step("pivot", { keys: ["q"], nameColumn: "model", names: ["a", "b"], valueColumn: "text" }),
        zip: step("zip", { lengths: "error" }),
        padded: step("zip", { lengths: "pad" }),
        add: step("add-row", { table: { columns: [{ name: "q", type: "text" }], rows: [["q3"]] } }),
      },
      ["answers.output>pivot.input", "pivot.output>zip.inputs", "more.output>zip.inputs", "answers.output>padded.inputs", "more.output>padded.inputs", "zip.output>add.input"],
    );
    expect(await cells(runId, "pivot")).toEqual([["q1", "x", "z"], ["q2", null, "y"]]);
    expect([await totals(runId, "pivot"), await issues(runId, "pivot", "rejected")]).toEqual([[4, 2, 1, 0], [[3, "row_value_unlisted"]]]);
    expect(await ancestors(runId, "zip", 0)).toEqual(["pivot 0", "more 0", "answers 0", "answers 2"]);
    expect((await cells(runId, "padded")).map((row) => row[3])).toEqual(["one", "two", null, null]);
    expect(await ancestors(runId, "padded", 3)).toEqual(["answers 3"]);
    expect(await cells(runId, "add")).toEqual([["q1", "x", "z", "one"], ["q2", null, "y", "two"], ["q3", null, null, null]]);
    expect([await ancestors(runId, "add", 2), (await ancestors(runId, "add", 1))[0]]).toEqual([[], "zip 1"]);
  });

  it("SQL over several tables, and a JavaScript function that keeps, drops, multiplies and fails rows", async () => {
    const code = "(row) => { if (row.n === 2) return null; if (row.n === 3) throw new Error('no three'); if (row.n === 4) return [{ half: 1 }, { half: 2 }, { half: 3 }]; return { half: row.n / 2 }; }";
    const runId = await run(
      {
        people,
        teams,
        numbers: step("generate-rows", { rows: 6, columns: [{ name: "n", kind: "row-number", from: "1", to: "", values: "", weights: "" }] }),
        sql: step("sql", { query: "SELECT p.name, count(t.city) AS cities FROM input1 p LEFT JOIN input2 t USING (team) GROUP BY ALL ORDER BY ALL" }),
        js: step("javascript", { code, columns: [{ name: "half", type: "number" }] }),
      },
      ["people.output>sql.inputs", "teams.output>sql.inputs", "numbers.output>js.input"],
    );
    expect(await cells(runId, "sql")).toEqual([["An", 2], ["Bình", 1], ["Chi", 2], ["Dũng", 0]]);
    expect(await ancestors(runId, "sql", 0)).toEqual([]);
    expect(await cells(runId, "js")).toEqual([[1, 0.5], [4, 1], [4, 2], [4, 3], [5, 2.5], [6, 3]]);
    expect([await totals(runId, "js"), await issues(runId, "js", "rejected")]).toEqual([[6, 6, 1, 1], [[1, "row_dropped"]]]);
    expect(await issues(runId, "js", "failed")).toEqual([[2, "row_code_failed"]]);
    expect(await ancestors(runId, "js", 3)).toEqual(["numbers 3"]);
  });
});

describe("steps that have each row once", () => {
  it("choose, order and number rows", async () => {
    const rows = Array.from({ length: 12 }, (_, n): Cell[] => [n, n % 4 === 3 ? "rare" : "common", n % 5 === 0 ? "Same " : `t${String(n)}`]);
    const runId = await run(
      {
        rows: typed(["n:integer", "label", "t"], rows),
        unique: step("deduplicate", { columns: ["t"], trim: true, ignoreCase: true }),
        some: step("sample", { by: "rows", rows: 8, stratify: "label", seed: 1 }),
        reverse: step("reverse"),
        shard: step("shard", { shards: 3, index: 1, contiguous: false }),
        before: step("window", { compute: "previous", column: "n", partition: ["label"], name: "before" }),
        split: step("split", { train: 0.5, validation: 0.25, test: 0.25, stratify: "label" }),
      },
      ["unique", "some", "reverse", "shard", "before", "split"].map((to) => `rows.output>${to}.input`),
    );
    const numbers = async (node: string, port?: string): Promise<unknown[]> => (await cells(runId, node, port)).map(([n]) => n);
    expect(await numbers("unique")).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 11]);
    expect([await totals(runId, "unique"), await issues(runId, "unique", "rejected")]).toEqual([[12, 10, 2, 0], [[5, "row_duplicate"], [10, "row_duplicate"]]]);
    const taken = await cells(runId, "some");
    expect(taken.filter(([, label]) => label === "rare").length).toBe(2);
    expect(await totals(runId, "some")).toEqual([12, 8, 4, 0]);
    expect(await ancestors(runId, "some", 5)).toEqual([`rows ${String(taken[5]?.[0])}`]);
    expect(await numbers("reverse")).toEqual(rows.map((_, n) => 11 - n));
    expect(await ancestors(runId, "reverse", 0)).toEqual(["rows 11"]);
    expect([await numbers("shard"), await totals(runId, "shard")]).toEqual([[1, 4, 7, 10], [12, 4, 8, 0]]);
    expect((await cells(runId, "before")).map((row) => row[3])).toEqual([null, 0, 1, null, 2, 4, 5, 3, 6, 8, 9, 7]);
    const parts = await Promise.all(["train", "validation", "test"].map((port) => cells(runId, "split", port)));
    expect(parts.map((part) => [part.length, part.filter(([, label]) => label === "rare").length])).toEqual([[6, 1], [3, 1], [3, 1]]);
    expect(await totals(runId, "split")).toEqual([12, 12, 0, 0]);
    expect(await ancestors(runId, "split", 0, "test")).toEqual([`rows ${String(parts[2]?.[0]?.[0])}`]);
  });

  it("read texts: JSON, patterns, pieces, types and templates", async () => {
    const replies = [["r0", 'Sure: ```json\n{"score": 7, "tags": ["a", "b"]}\n```', " 12 "], ["r1", "no json", "x"], ["r2", '{"score": "high", "tags": []}', null]];
    const runId = await run(
      {
        replies: typed(["id", "reply", "n"], replies),
        parse: step("parse-json", { column: "reply", name: "parsed" }),
        extract: step("extract-json", { column: "parsed", values: [{ path: "$.score", name: "score", type: "integer" }, { path: "$.tags", name: "tags", type: "list" }], unfit: "null" }),
        explode: step("explode", { column: "tags", empty: "reject" }),
        found: step("regex-extract", { column: "reply", pattern: '"score": "?([a-z0-9]+)', group: 1, name: "raw", unmatched: "reject" }),
        clean: step("regex-replace", { column: "reply", pattern: "[^a-z]+", replacement: "-", name: "slug" }),
        pieces: step("split-text", { column: "slug", separator: "-", name: "words" }),
        cast: step("cast", { casts: [{ column: "n", type: "integer" }] }),
        filled: step("fill-nulls", { columns: ["n"], value: "?" }),
        text: step("template-text", { template: "{id} = {n} {{n}}" }),
      },
      ["replies.output>parse.input", "parse.output>extract.input", "extract.output>explode.input", "replies.output>found.input", "replies.output>clean.input", "clean.output>pieces.input", "replies.output>cast.input", "replies.output>filled.input", "filled.output>text.input"],
    );
    expect([await totals(runId, "parse"), await issues(runId, "parse", "failed")]).toEqual([[3, 2, 0, 1], [[1, "row_json_invalid"]]]);
    expect((await engine.readRows(runId, "extract")).map(({ id, score }) => [id, score === null ? null : Number(score)])).toEqual([["r0", 7], ["r2", null]]);
    expect((await engine.readRows(runId, "explode")).map(({ id, tags }) => [id, tags])).toEqual([["r0", "a"], ["r0", "b"]]);
    expect([await totals(runId, "explode"), await ancestors(runId, "explode", 1)]).toEqual([[2, 2, 1, 0], ["extract 0", "parse 0", "replies 0"]]);
    expect((await cells(runId, "found")).map((row) => row[3])).toEqual(["7", "high"]);
    expect(await totals(runId, "found")).toEqual([3, 2, 1, 0]);
    expect((await engine.readRows(runId, "pieces")).map(({ slug }) => slug)).toEqual(["-ure-json-score-tags-a-b-", "no-json", "-score-high-tags-"]);
    expect([(await cells(runId, "cast")).map((row) => row[2]), await issues(runId, "cast", "failed")]).toEqual([[12, null], [[1, "row_value_unfit"]]]);
    expect((await cells(runId, "text")).map((row) => row[3])).toEqual(["r0 =  12  {n}", "r1 = x {n}", "r2 = ? {n}"]);
    expect(await ancestors(runId, "text", 2)).toEqual(["filled 2", "replies 2"]);
  });

  it("compare vectors and find the nearest", async () => {
    const lines = (rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
    const documents = await upload("documents.jsonl", lines([{ text: "west", v: [-1, 0.0] }, { text: "đông", v: [3, 0.5] }, { text: "up", v: [0, 1.5] }]));
    const queries = await upload("queries.jsonl", lines([{ q: "east", v: [1, 0.0], w: [0.0, 2] }, { q: "nowhere", v: null, w: [1, 0.0] }, { q: "north", v: [0, 2.5], w: [0, 1.0] }]));
    const runId = await run(
      {
        documents: step("load-file", { file: documents }),
        queries: step("load-file", { file: queries }),
        near: step("retrieve", { queryVector: "v", documentVector: "v", carry: ["text"], k: 2 }),
        like: step("cosine-similarity", { a: "v", b: "w" }),
      },
      ["queries.output>near.queries", "documents.output>near.documents", "queries.output>like.input"],
    );
    expect(await totals(runId, "near")).toEqual([3, 2, 0, 1]);
    const found = await readRowDetail(engine.resources, `run~${runId}~near~output`, 1, never);
    expect((found.values["results"] as { text: string }[]).map(({ text }) => text)).toEqual(["up", "đông"]);
    expect(found.ancestors[0]).toMatchObject({ stepTitle: "queries", row: 2 });
    expect((await engine.readRows(runId, "like")).map(({ similarities }) => similarities)).toEqual([0, null, 1]);
  });
});

describe("sources", () => {
  it("generated rows, a workbook, a database and documents go through the same tables", async () => {
    const archive = await packZip({ "a.html": "<h1>Trà</h1><p>Lá &amp; nước.</p>", "b.txt": "Một.\n\nHai.", "c.pdf": "no pdf" });
    const runId = await run(
      {
        made: step("generate-rows", { rows: 5, seed: 3, columns: [{ name: "n", kind: "row-number", from: "0", to: "", values: "", weights: "" }, { name: "tone", kind: "choice", from: "", to: "", values: "warm\ndry", weights: "" }] }),
        sheet: step("load-file", { file: await upload("people.xlsx", await makeWorkbook([["name", "score"], ["Đặng", 1.5], ["Ánh", 2]])) }),
        database: step("query-database", { file: await upload("people.sqlite", makeSqlite(["CREATE TABLE people (name TEXT, age INTEGER)", "INSERT INTO people VALUES ('Đặng', 31), ('Ánh', NULL)"])), query: "SELECT name, age FROM people ORDER BY name" }),
        documents: step("load-documents", { file: await upload("texts.zip", archive), chunkBy: "paragraph", chunkUnit: "characters", chunkSize: 5, chunkOverlap: 0 }),
        page: step("load-documents", { file: await upload("a.html", "<title>T</title><p>Only.</p>"), chunkBy: "none" }),
        join: step("join", { kind: "left", keys: [{ left: "name", right: "name" }] }),
        again: step("load-file", { file: await upload("people.csv", "name,score\nĐặng,1\n") }),
      },
      ["sheet.output>join.left", "database.output>join.right"],
    );
    const made = await cells(runId, "made");
    expect(made.map(([n]) => n)).toEqual([0, 1, 2, 3, 4]);
    expect(made.every(([, tone]) => tone === "warm" || tone === "dry")).toBe(true);
    expect(await cells(runId, "join")).toEqual([["Đặng", 1.5, 31], ["Ánh", 2, null]]);
    expect(await ancestors(runId, "join", 0)).toEqual(["sheet 0", "database 1"]);
    const documents = await engine.readRows(runId, "documents");
    expect(documents.map(({ file, text }) => [file, text])).toEqual([["a.html", "Trà"], ["a.html", "Lá &"], ["a.html", "nước."], ["b.txt", "Một."], ["b.txt", "Hai."]]);
    expect(await issues(runId, "documents", "failed")).toEqual([[null, "file_unreadable"]]);
    expect((await engine.readRows(runId, "page")).map(({ title, text }) => [title, text])).toEqual([["T", "Only."]]);
    expect(await ancestors(runId, "made", 4)).toEqual([]);
  });
});
