import { existsSync } from "node:fs";
import {
  copyFile,
  mkdtemp,
  open,
  readFile,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DuckDb, openDuckDb } from "../duckdb";
import type { TableSession } from "../table-session";
import { loadSourceFile } from "./load-source-file";
import { defaultSourceOptions, type SourceOptions, type SourceTable } from "./source-file";

const shared = join(
  import.meta.dirname,
  "..",
  "..",
  "..",
  "..",
  "shared",
  "data",
);
const isThere = existsSync(shared);
if (!isThere)
  process.stderr.write(
    "The tests on real files are skipped: there is no ../shared/data beside the repository.\n",
  );

let dataFolder: string;
let db: DuckDb;
let session: TableSession;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "reverie-files-"));
  db = await openDuckDb({ dataFolder, memoryLimitMb: 1024, threads: 2 });
  session = await db.openSession({
    readable: [dataFolder],
    writable: dataFolder,
  });
});

afterAll(async () => {
  session.close();
  await db.close();
  await rm(dataFolder, { recursive: true });
});

interface Loaded extends SourceTable {
  failed: { code: string; data: Record<string, unknown> }[];
  first(count: number): Promise<Record<string, unknown>[]>;
}

async function load(
  name: string,
  options: Partial<SourceOptions> = {},
): Promise<Loaded> {
  const table = await loadSourceFile(
    { sql: session, scratch: dataFolder },
    { path: join(dataFolder, name), name },
    { ...defaultSourceOptions, ...options },
  );
  const text =
    table.failures === null ? "" : await readFile(table.failures, "utf8");
  const failed = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Loaded["failed"][number]);
  const [counted] = await session.query(
    `SELECT count(*)::INTEGER AS n FROM (${table.query})`,
  );
  expect(counted?.["n"], "rows DuckDB reads").toBe(table.rows);
  return {
    ...table,
    failed,
    first: (count) =>
      session.query(`SELECT * FROM (${table.query}) LIMIT ${count}`),
  };
}

async function loadText(
  name: string,
  content: string | Buffer,
  options?: Partial<SourceOptions>,
): Promise<Loaded> {
  await writeFile(join(dataFolder, name), content);
  return load(name, options);
}

describe.skipIf(!isThere)("real files", () => {
  const loadShared = async (
    name: string,
    options?: Partial<SourceOptions>,
  ): Promise<Loaded> => {
    await copyFile(join(shared, name), join(dataFolder, name));
    return load(name, options);
  };

  it.each([
    ["banking77_train.csv", 10_003, ["text", "category"]],
    ["banking77_test.csv", 3080, ["text", "category"]],
    ["sms_spam.tsv", 5574, ["column1", "column2"]],
    ["stsb_en_dev.csv", 1500, ["column1", "column2", "column3"]],
    ["stsb_en_test.csv", 1379, ["column1", "column2", "column3"]],
    ["wiki_demo.txt", 30, ["text"]],
    [
      "scitldr_a_dev.jsonl",
      619,
      [
        "source",
        "source_labels",
        "rouge_scores",
        "paper_id",
        "target",
        "title",
      ],
    ],
    ["gsm8k_test.jsonl", 1319, ["question", "answer"]],
    ["hotpotqa_dev_simplified.json", 7405, ["question", "answer", "type"]],
    ["alpaca_en_demo.json", 999, ["instruction", "input", "output"]],
    ["glaive_toolcall_en_demo.json", 300, ["conversations", "tools"]],
    [
      "mt_bench_reference_gpt4.jsonl",
      30,
      ["question_id", "answer_id", "model_id", "choices", "tstamp"],
    ],
    ["words_nouns.json", 993, ["value"]],
    [
      "humaneval.jsonl",
      164,
      ["task_id", "prompt", "entry_point", "canonical_solution", "test"],
    ],
  ])("%s: %i rows", async (name, rows, names) => {
    const table = await loadShared(name);
    expect(table.rows).toBe(rows);
    expect(table.failed).toEqual([]);
    expect(table.columns.map((column) => column.name)).toEqual(names);
  });

  it("finds the 48 articles of xquad_en.json with all their 1190 questions", async () => {
    const table = await loadShared("xquad_en.json");
    expect(table.rows).toBe(48);
    expect(table.columns.map(({ name, type }) => `${name} ${type}`).sort()).toEqual(["paragraphs list", "title text"]);
    const [counted] = await session.query(
      `SELECT count(*)::INTEGER AS n FROM (SELECT unnest(p.qas) FROM (SELECT unnest(paragraphs) AS p FROM (${table.query})))`,
    );
    expect(counted?.["n"]).toBe(1190);
  });

  it("keeps every value of a JSON file, in order", async () => {
    const table = await loadShared("hotpotqa_dev_simplified.json");
    const truth = JSON.parse(
      await readFile(join(shared, "hotpotqa_dev_simplified.json"), "utf8"),
    ) as Record<string, unknown>[];
    expect(await table.first(truth.length)).toEqual(truth);
  });

  it("keeps every line of a TSV file with stray quotes, in order", async () => {
    const table = await loadShared("sms_spam.tsv");
    const truth = (await readFile(join(shared, "sms_spam.tsv"), "utf8"))
      .split("\n")
      .filter(Boolean);
    const rows = await table.first(6000);
    expect(
      rows.map((row) => `${String(row["column1"])}\t${String(row["column2"])}`),
    ).toEqual(truth.map((line) => line.replace(/\r$/, "")));
  });

  it("keeps quoted line breaks", async () => {
    const table = await loadShared("banking77_train.csv");
    const [counted] = await session.query(
      `SELECT count(*) FILTER (contains(text, chr(10)))::INTEGER AS broken, count(DISTINCT category)::INTEGER AS kinds FROM (${table.query})`,
    );
    expect(counted?.["kinds"]).toBe(77);
    expect(counted?.["broken"]).toBeGreaterThan(0);
  });
});

describe("bad input", () => {
  it("says which lines are ragged and loads the rest", async () => {
    const table = await loadText(
      "ragged.csv",
      'a,b\n1,"x\ny"\n2\n3,z,4\n5,w\n',
    );
    expect(table.rows).toBe(2);
    expect(table.failed).toMatchObject([
      { code: "file_ragged", data: { line: 4, found: 1, expected: 2 } },
      { code: "file_ragged", data: { line: 5, found: 3, expected: 2 } },
    ]);
  });

  it("takes back quotes that break far below the sample", async () => {
    const lines = Array.from(
      { length: 60_000 },
      (_, index) => `${index},"quoted, ${index}"`,
    );
    const table = await loadText(
      "late.csv",
      `id,text\n${lines.join("\n")}\n60000,"open\n60001,x\n`,
      { quote: "auto" },
    );
    expect(table.rows + table.failed.length).toBeGreaterThanOrEqual(60_001);
    expect(table.rows).toBe(60_000);
    expect(table.failed.map(({ code }) => code)).toEqual(["file_quote"]);
  });

  it("sets aside lines that are no JSON", async () => {
    const table = await loadText(
      "bad.jsonl",
      '{"a":1}\n{"a":\n{"a":"\\ud800"}\n{"a":2}\n',
    );
    expect(table.rows).toBe(2);
    expect(table.failed.map(({ data }) => data["line"])).toEqual([2, 3]);
  });

  it.each(["csv", "jsonl", "json", "text"] as const)(
    "refuses an empty %s file",
    async (format) => {
      await expect(loadText("empty", "", { format })).rejects.toMatchObject({
        code: "file_empty",
      });
    },
  );

  it("sets aside a line of 100 MB and loads the lines around it", async () => {
    const path = join(dataFolder, "long.jsonl");
    const handle = await open(path, "w");
    await handle.write('{"a":1}\n{"a":"');
    const piece = "x".repeat(1 << 20);
    for (let count = 0; count < 100; count++) await handle.write(piece);
    await handle.write('"}\n{"a":3}\n');
    await handle.close();
    const table = await load("long.jsonl");
    expect(table.rows).toBe(2);
    expect(table.failed).toMatchObject([
      { code: "file_line_too_long", data: { line: 2 } },
    ]);
    const csv = await load("long.jsonl", {
      format: "csv",
      header: "no",
      delimiter: "|",
      quote: "none",
    });
    expect(csv.rows).toBe(2);
    expect(csv.failed).toMatchObject([
      { code: "file_line_too_long", data: { line: 2 } },
    ]);
  });

  it("loads a value of 20 MB", async () => {
    const long = "é".repeat(10_000_000);
    const json = await loadText("wide.jsonl", `{"a":"${long}"}\n{"a":"b"}\n`);
    expect(json.rows).toBe(2);
    const csv = await loadText("wide.csv", `a,b\n1,${long}\n2,x\n`);
    expect(csv.rows).toBe(2);
  });

  it("passes over a byte order mark and CRLF", async () => {
    const table = await loadText(
      "bom.csv",
      '\uFEFFa,b\r\n1,x\r\n2,"y\r\nz"\r\n',
    );
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await table.first(2)).toEqual([
      { a: 1n, b: "x" },
      { a: 2n, b: "y\r\nz" },
    ]);
  });

  it("keeps null bytes", async () => {
    const csv = await loadText("null.csv", "a,b\nx\0y,1\n");
    expect(await csv.first(1)).toEqual([{ a: "x\0y", b: 1n }]);
    const json = await loadText("null.jsonl", '{"a":"x\\u0000y"}\n');
    expect(await json.first(1)).toEqual([{ a: "x\0y" }]);
  });
});
