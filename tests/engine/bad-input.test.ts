import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isAppError } from "@/lib/core/app-error";
import { formatError } from "@/lib/core/format-error";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { storeFile } from "@/lib/engine/file-store";
import { openTable } from "@/lib/results/open-table";
import { readIssues } from "@/lib/results/read-results";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { chatError, startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let chat: ChatServer;
let verb = 0;
const fine: ChatServer["answer"] = () => "fine";

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  chat = await startChatServer();
});
beforeEach(() => {
  // Prompts of its own for each test: a reply that is stored is not asked for again.
  verb += 1;
  chat.answer = fine;
  chat.calls.length = 0;
});
afterAll(async () => {
  await chat.close();
  await engine.close();
});

const neverAborted = new AbortController().signal;

/** Everything a person is told about a run that meets something bad: why it cannot start, why steps failed, why rows did. */
async function run(document: WorkflowDocument): Promise<{ state: string; told: string; rows: Record<string, unknown>[] }> {
  let runId: string;
  try {
    runId = await engine.start(document);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { state: "refused", told: formatError(error.code, error.data), rows: [] };
  }
  const state = await engine.waitForRun(runId, 90);
  const told: string[] = [];
  const steps = await engine.resources.database.prisma.stepRun.findMany({ where: { runId }, orderBy: { index: "asc" } });
  for (const step of steps) {
    const error = step.error as { code: string; data: Record<string, string> } | null;
    if (error && isErrorCode(error.code)) told.push(formatError(error.code, error.data));
    if (step.state !== "done") continue;
    const { issues } = await readIssues(engine.resources, `run~${runId}~${step.nodeId}~output`, { kind: "failed", offset: 0, limit: 10 }, neverAborted);
    told.push(...issues.map((issue) => issue.error.message));
  }
  const last = steps.at(-1);
  return { state, told: told.join("\n"), rows: last?.state === "done" ? await engine.readRows(runId, last.nodeId) : [] };
}

async function loadFile(name: string, content: Buffer | string, params: Record<string, unknown> = {}): Promise<WorkflowDocument> {
  const { sha256 } = await storeFile(engine.resources, name, Readable.from([Buffer.from(content)]));
  return makeDocument({ load: { step: "load-file", params: { ...stepDefinitions["load-file"].defaults, file: { sha256, name }, ...params } } }, []);
}

describe("a source", () => {
  it("says the first reason if every row fails", async () => {
    const { state, told } = await run(await loadFile("broken.jsonl", "{\"a\":\n{\"b\":\n", { format: "jsonl" }));
    expect(state).toBe("failed");
    expect(told).toMatch(/All 2 rows failed\. The first: Line 1 of broken\.jsonl is not valid JSON/);
  });

  it("says above its table what it decided by itself", async () => {
    const runId = await engine.start(await loadFile("titled.csv", "Report of 2024\n\nid;n\na;1\nb;2\n"));
    expect(await engine.waitForRun(runId, 90)).toBe("done");
    const { notes } = await openTable(engine.resources, `run~${runId}~load~output`);
    expect(notes).toEqual([
      { code: "delimiter", data: { delimiter: "semicolon" }, param: "delimiter" },
      { code: "header_taken", data: { names: "id, n" }, param: "header" },
      { code: "titles_left_out", data: { count: 1, first: "Report of 2024" }, param: "headerRow" },
    ]);
  });
});

function addConnection(changed: { baseUrl?: string } = {}): Promise<{ connection: string; model: string }> {
  const id = `connection_${String(Math.random()).slice(2)}`;
  return engine.resources.database.prisma.connection
    .create({ data: { id, name: "My provider", provider: "openai-compatible", baseUrl: chat.url, concurrency: 8, ...changed } })
    .then(() => ({ connection: id, model: "stub-model" }));
}

const words: (string | null)[] = ["one", "two", "three"];

async function ask(changed: { model?: unknown; prompt?: string; values?: (string | null)[] } = {}): Promise<WorkflowDocument> {
  const model = changed.model ?? (await addConnection());
  return makeDocument(
    {
      table: { step: "type-table", params: { table: { columns: [{ name: "word", type: "text" }], rows: (changed.values ?? words).map((word) => [word]) } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model, prompt: changed.prompt ?? `Say ${String(verb)} {word}.` } },
    },
    ["table.output>ask.input"],
  );
}

async function expectMended(document: WorkflowDocument, rows = 3): Promise<void> {
  const after = await run(document);
  expect(after).toMatchObject({ state: "done", told: "" });
  expect(after.rows.length).toBe(rows);
}

describe("a file that", () => {
  it("is empty is refused by name", async () => {
    const { state, told } = await run(await loadFile("empty.csv", ""));
    expect(state).toBe("refused");
    expect(told).toContain("The file empty.csv is empty. Choose one with rows.");
    await expectMended(await loadFile("empty.csv", "a,b\n1,2\n"), 1);
  });

  it("has a ragged line loads without it and says which", async () => {
    const text = "a,b\n1,2\n3,4,5\n6,7\n";
    const { state, told, rows } = await run(await loadFile("ragged.csv", text));
    expect([state, rows.length]).toEqual(["done", 2]);
    expect(told).toMatch(/Line 3 of ragged\.csv has 3 values where 2 are expected\. Mend the line, or choose “keep what fits”/);
    await expectMended(await loadFile("ragged.csv", text.replace("3,4,5", "3,4")));
    await expectMended(await loadFile("ragged.csv", text, { onBadRow: "keep-what-fits" }));
  });

  it("has a line that is not JSON loads without it and says which", async () => {
    const { state, told, rows } = await run(await loadFile("broken.jsonl", '{"a":1}\n{"a":\n{"a":3}\n'));
    expect([state, rows.length]).toEqual(["done", 2]);
    expect(told).toMatch(/Line 2 of broken\.jsonl is not valid JSON/);
    await expectMended(await loadFile("broken.jsonl", '{"a":1}\n{"a":2}\n{"a":3}\n'));
  });

  it("is Latin-1 loads by itself, and a row with a bad byte is set aside", async () => {
    const { rows } = await run(await loadFile("latin.csv", Buffer.from("name,age\nJosé,30\n", "latin1")));
    expect(rows[0]?.name).toBe("José");
    const bad = Buffer.concat([Buffer.from("name,age\nĐặng,1\n"), Buffer.from([0xff]), Buffer.from(",2\nHuế,3\n")]);
    const { state, told, rows: others } = await run(await loadFile("bad.csv", bad));
    expect([state, others.length]).toEqual(["done", 2]);
    expect(told).toMatch(/Line 3 of bad\.csv holds bytes that are no text in the encoding utf-8/);
  });
});

describe("a workflow that", () => {
  it("names a column that is not there is refused with those that are", async () => {
    const document = await ask();
    const misspelt = { ...document, nodes: document.nodes.map((node) => (node.id === "ask" ? { ...node, step: "process-with-prompt", params: { ...stepDefinitions["process-with-prompt"].defaults, model: node.params.model, column: "wort", instruction: "Say." } } : node)) };
    const { state, told } = await run(misspelt);
    expect(state).toBe("refused");
    expect(told).toMatch(/step “ask”.*There is no column “wort” in the input\. It has: word\./);
    const { nodes } = misspelt;
    await expectMended({ ...misspelt, nodes: nodes.map((node) => (node.id === "ask" ? { ...node, params: { ...node.params, column: "word" } } : node)) });
  });

  it("has an unknown placeholder is refused with the columns there are", async () => {
    const model = await addConnection();
    const { state, told } = await run(await ask({ model, prompt: "Say {wort}." }));
    expect(state).toBe("refused");
    expect(told).toMatch(/“wort” in braces.*It has: word\./);
    expect(chat.calls.length).toBe(0);
    await expectMended(await ask({ model }));
  });

  it("feeds itself is refused with the path", async () => {
    const document = makeDocument({ first: { step: "take", params: { count: 1 } }, second: { step: "skip", params: { count: 1 } } }, ["first.output>second.input", "second.output>first.input"]);
    const { state, told } = await run(document);
    expect(state).toBe("refused");
    expect(told).toMatch(/feeds itself: .*first → .*Remove one of these edges\./);
  });

  it("meets empty cells asks the other rows, and names the column of those", async () => {
    const model = await addConnection();
    const { state, told, rows } = await run(await ask({ model, values: ["one", null, "three"] }));
    expect([state, rows.length, chat.calls.length]).toEqual(["done", 2, 2]);
    expect(told).toBe("The column “word” is empty in this row.");
    await expectMended(await ask({ model }));
    // Only the row that was empty is new.
    expect(chat.calls.length).toBe(3);
  });
});

describe("a provider that", () => {
  it("refuses the key ends the step at once, and is asked again with another", async () => {
    const model = await addConnection();
    chat.answer = () => chatError(401, "Incorrect API key");
    const { state, told } = await run(await ask({ model }));
    expect(state).toBe("failed");
    expect(told).toContain("My provider refused the key (HTTP 401). Check the API key of the connection.");
    chat.answer = fine;
    await expectMended(await ask({ model }));
  });

  it("cannot be reached is named with its address", async () => {
    const model = await addConnection({ baseUrl: "http://127.0.0.1:9/v1" });
    const { state, told } = await run(await ask({ model }));
    expect(state).toBe("failed");
    expect(told).toMatch(/My provider cannot be reached at http:\/\/127\.0\.0\.1:9\/v1: ECONNREFUSED\. Is the server running, and is the base URL right\?/);
    await engine.resources.database.prisma.connection.update({ where: { id: model.connection }, data: { baseUrl: chat.url } });
    await expectMended(await ask({ model }));
  });

  it("answers garbage fails the rows it did so for, with what it said", async () => {
    const model = await addConnection();
    chat.answer = (call) => (call.body.messages[0]?.content.endsWith(" two.") ? { status: 200, body: "<html>Bad gateway</html>" } : "fine");
    const { state, told, rows } = await run(await ask({ model }));
    expect([state, rows.length]).toEqual(["done", 2]);
    expect(told).toContain("My provider answered with something that is not a chat reply: it is a web page: “<html>Bad gateway</html>”");
    chat.answer = fine;
    await expectMended(await ask({ model, values: [...words].reverse() }));
  });

  it("answers 50 MB fails that row without keeping it in memory", async () => {
    const model = await addConnection();
    chat.answer = (call) => (call.body.messages[0]?.content.endsWith(" two.") ? "x".repeat(50 * 1024 * 1024) : "fine");
    const { state, told, rows } = await run(await ask({ model }));
    expect([state, rows.length]).toEqual(["done", 2]);
    expect(told).toContain("My provider answered with more than 16 MB; the reply was dropped.");
    chat.answer = fine;
    chat.calls.length = 0;
    await expectMended(await ask({ model, values: [...words].reverse() }));
    expect(chat.calls.length).toBe(1);
  });
});

function canMount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a disk that is full", () => {
  it("fails the step with what to do, keeps what was done, and lets it go on afterwards", async (context) => {
    const folder = join(engine.resources.dataFolder, "tables");
    await mkdir(folder, { recursive: true });
    if (!canMount(folder)) {
      context.skip("a small file system cannot be mounted here: that needs root and the right to mount");
      return;
    }
    try {
      const text = `${Array.from({ length: 60_000 }, (_, row) => `${String(row)},${String(Math.sin(row))}${String(Math.cos(row))}`).join("\n")}\n`;
      const document = await loadFile("large.csv", `id,noise\n${text}`);
      const { state, told } = await run(document);
      expect(state).toBe("failed");
      expect(told).toContain("The disk is full. Free some space (what is done so far is kept), then run again.");
      execFileSync("mount", ["-o", "remount,size=64m", folder]);
      await expectMended(document, 60_000);
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});
