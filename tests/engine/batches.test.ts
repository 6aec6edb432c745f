import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelRun } from "@/lib/engine/cancel-run";
import { pauseRun, resumeRun } from "@/lib/engine/pause-run";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { startBatchServer, type BatchServer } from "@/tests/support/batch-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import { killHard, startWorkerProcess } from "@/tests/support/worker-process";

const ROWS = 30;
/** US dollars a million tokens. */
const PRICE = { input: 1000, cachedInput: 500, output: 2000 };
/** The servers count 20 tokens in, of which 5 cached, and 7 out; a batch costs half. */
const CALL_MICROS = 0.5 * (15 * PRICE.input + 5 * PRICE.cachedInput + 7 * PRICE.output);
const kinds = ["openai", "openai-responses", "anthropic"] as const;
type Kind = (typeof kinds)[number];

let engine: TestEngine;
const opened: BatchServer[] = [];

beforeAll(async () => {
  engine = await openTestEngine({ env: { BATCH_POLL_SECONDS: 0.3 } });
});
afterAll(async () => {
  await Promise.all(opened.map((server) => server.close()));
  await engine.close();
});

let connections = 0;
async function connect(kind: Kind): Promise<{ server: BatchServer; connection: string }> {
  const server = await startBatchServer();
  opened.push(server);
  server.answer = ({ body }) => ({ text: `answer to ${promptOf(body)}` });
  const connection = `batch-${String(connections++)}`;
  const models = [{ id: "m", inputPrice: PRICE.input, cachedInputPrice: PRICE.cachedInput, outputPrice: PRICE.output }];
  await engine.resources.database.prisma.connection.create({ data: { id: connection, name: "Batches", provider: kind, baseUrl: server.url, models } });
  return { server, connection };
}

/** What the user said in a request of any protocol. */
function promptOf(body: Record<string, unknown>): string {
  const messages = (body.messages ?? body.input) as { role: string; content: string }[];
  return messages.findLast(({ role }) => role === "user")?.content ?? "";
}

function draw(connection: string, topic: string, rows = ROWS, step: { step: string; params: Record<string, unknown> } | null = null): WorkflowDocument {
  const table = { columns: [{ name: "question", type: "text" }], rows: Array.from({ length: rows }, (_, row) => [`${topic} ${String(row)}`]) };
  const ask = step ?? { step: "prompt", params: { ...stepDefinitions.prompt.defaults, prompt: "{question}" } };
  return makeDocument({ table: { step: "type-table", params: { table } }, ask: { ...ask, params: { ...ask.params, model: { connection, model: "m" }, batch: true } } }, ["table.output>ask.input"]);
}

const start = (document: WorkflowDocument, budgetMicros: number | null = null) => engine.start(document, { budgetMicros });
const stepOf = async (runId: string) => (await readRun(engine.resources, runId)).steps.find(({ nodeId }) => nodeId === "ask");
const openCalls = async (): Promise<number> => Number((await engine.resources.database.pool.query<{ count: string }>("SELECT count(*) FROM batch_call")).rows[0]?.count);

describe.each(kinds)("batches of %s", (kind) => {
  it("answer every row in order, are on the bill at half the price, and leave nothing behind", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect(kind);
    const runId = await start(draw(connection, "whole"));
    await engine.waitUntilDone(runId, 30);
    expect((await engine.readRows(runId, "ask")).map(({ generations }) => generations)).toEqual(Array.from({ length: ROWS }, (_, row) => `answer to whole ${String(row)}`));
    expect(server.batches.map(({ requests }) => requests.length)).toEqual([ROWS]);
    expect(await stepOf(runId)).toMatchObject({ calls: ROWS, callsCached: 0, costMicros: ROWS * CALL_MICROS, promptTokens: ROWS * 20, completionTokens: ROWS * 7, batch: null });
    expect(server.files.size).toBe(0);
    expect(server.deleted.length).toBe(kind === "anthropic" ? 1 : 3);
    await expect.poll(openCalls, { timeout: 10_000 }).toBe(0);
    await worker.close();
  });

  it("are not sent twice when their worker is killed before it hears of them", async () => {
    const { server, connection } = await connect(kind);
    server.endsAtOnce = false;
    const first = await startWorkerProcess(engine.env);
    const made = new Promise<void>((resolve) => {
      server.onMade = async () => {
        await killHard(first);
        resolve();
      };
    });
    const runId = await start(draw(connection, "killed"));
    await made;
    server.onMade = () => undefined;
    const second = await startWorkerProcess(engine.env);
    await expect.poll(async () => (await stepOf(runId))?.batch, { timeout: 30_000 }).toMatchObject({ total: ROWS, done: 1, deadline: expect.any(String) as string });
    await killHard(second);
    server.endsAtOnce = true;
    const worker = await engine.startWorker();
    await engine.waitUntilDone(runId, 40);
    await worker.close();
    expect(server.batches.length).toBe(1);
    expect((await engine.readRows(runId, "ask")).length).toBe(ROWS);
    expect(await stepOf(runId)).toMatchObject({ costMicros: ROWS * CALL_MICROS });
  });

  it("fail the rows whose requests fail, ask those again that expired, and leave out what the model refuses", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect(kind);
    const asked = new Map<string, number>();
    server.answer = ({ body }) => {
      const prompt = promptOf(body);
      const times = (asked.get(prompt) ?? 0) + 1;
      asked.set(prompt, times);
      if ("temperature" in body) return { status: 400, body: fault(kind, "invalid_request_error", "Unsupported parameter: 'temperature' is not supported with this model.") };
      if (prompt === "mixed 3") return { status: 400, body: fault(kind, "invalid_request_error", "prompt is too long: 9000 tokens > 8000 maximum context length") };
      if (prompt === "mixed 4") return "expired";
      if (prompt === "mixed 5" && times < 3) return "expired";
      return { text: `answer to ${prompt}` };
    };
    const runId = await start(draw(connection, "mixed", 8));
    await engine.waitUntilDone(runId, 40);
    await worker.close();
    expect((await engine.readRows(runId, "ask")).map(({ generations }) => generations)).toEqual([0, 1, 2, 5, 6, 7].map((row) => `answer to mixed ${String(row)}`));
    const { outputs } = await engine.readResult(runId, "ask");
    expect(outputs.issues.failed).toBe(2);
    expect(outputs.notes).toEqual([{ code: "sampling_changed", data: { name: "temperature", asked: "0", sentAs: "top_p", sent: "0.001", calls: 6 }, param: "unfitValues" }]);
    expect(await stepOf(runId)).toMatchObject({ calls: 6, costMicros: 6 * CALL_MICROS, failed: 2 });
  });

  it("ask only for what was cut when the limit of tokens is raised, and pay for that alone", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect(kind);
    server.answer = ({ body }) => {
      const limit = Number(body.max_tokens ?? body.max_completion_tokens ?? body.max_output_tokens);
      return promptOf(body) === "raised 3" && limit < 50 ? { text: "answer to", finish: "length" } : { text: `answer to ${promptOf(body)}` };
    };
    const limited = (maxTokens: number) => draw(connection, "raised", 6, { step: "prompt", params: { ...stepDefinitions.prompt.defaults, prompt: "{question}", maxTokens } });
    await engine.waitUntilDone(await start(limited(20)), 40);
    const runId = await start(limited(80));
    await engine.waitUntilDone(runId, 40);
    await worker.close();
    expect((await engine.readRows(runId, "ask")).map(({ generations }) => generations)).toEqual([0, 1, 2, 3, 4, 5].map((row) => `answer to raised ${String(row)}`));
    expect(server.batches.map(({ requests }) => requests.length)).toEqual([6, 1]);
    expect(await stepOf(runId)).toMatchObject({ calls: 1, callsCached: 5, costMicros: CALL_MICROS });
  });

  it("stop the step when the key is refused", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect(kind);
    server.fault = () => ({ status: 401, body: { error: { type: "authentication_error", message: "Incorrect API key provided." } } });
    const runId = await start(draw(connection, "refused"));
    expect(await engine.waitForRun(runId, 30)).toBe("failed");
    await worker.close();
    expect((await stepOf(runId))?.error).toMatchObject({ code: "model_key_refused" });
  });

  it("are cancelled with their run, and keep what was answered", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect(kind);
    server.endsAtOnce = false;
    const runId = await start(draw(connection, "cancelled"));
    await expect.poll(() => server.batches.length, { timeout: 20_000 }).toBe(1);
    await expect.poll(async () => (await stepOf(runId))?.batch?.done, { timeout: 10_000 }).toBe(1);
    await cancelRun(engine.resources, runId);
    await expect.poll(() => server.batches[0]?.cancelled, { timeout: 10_000 }).toBe(true);
    await expect.poll(openCalls, { timeout: 10_000 }).toBe(0);
    await worker.close();
    expect(await stepOf(runId)).toMatchObject({ state: "cancelled", calls: 1, costMicros: CALL_MICROS });
  });
});

/** An error as the provider writes it in the results of a batch. */
function fault(kind: Kind, type: string, message: string): unknown {
  return kind === "anthropic" ? { type, message } : { error: { type, message } };
}

describe("a batch", () => {
  it("goes on while its run is paused, and its replies are there when it is resumed", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect("openai");
    server.endsAtOnce = false;
    const runId = await start(draw(connection, "paused"));
    await expect.poll(() => server.batches.length, { timeout: 20_000 }).toBe(1);
    await pauseRun(engine.resources, runId);
    server.endsAtOnce = true;
    await expect.poll(async () => (await stepOf(runId))?.calls, { timeout: 20_000 }).toBe(ROWS);
    expect(server.batches[0]?.cancelled).toBe(false);
    expect((await readRun(engine.resources, runId)).state).toBe("paused");
    await resumeRun(engine.resources, runId, undefined);
    await engine.waitUntilDone(runId, 30);
    await worker.close();
    expect(server.batches.length).toBe(1);
  });

  it("is sent in parts where the provider has no room for the whole", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect("openai");
    server.refuse = ({ requests }) => (requests.length > 20 ? { code: "token_limit_exceeded", message: "Enqueued token limit reached for m." } : null);
    const runId = await start(draw(connection, "parts"));
    await engine.waitUntilDone(runId, 60);
    await worker.close();
    expect(server.batches.map(({ requests }) => requests.length)).toEqual([ROWS, ROWS / 2, ROWS / 2]);
    expect(await stepOf(runId)).toMatchObject({ calls: ROWS });
  });

  it("is not sent where the run's budget does not reach for it", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect("openai");
    const runId = await start(draw(connection, "budget"), 100);
    await expect.poll(async () => (await readRun(engine.resources, runId)).state, { timeout: 20_000 }).toBe("paused");
    expect(await readRun(engine.resources, runId)).toMatchObject({ error: { code: "budget_reached" } });
    expect(server.batches.length).toBe(0);
    await resumeRun(engine.resources, runId, 10_000_000);
    await engine.waitUntilDone(runId, 30);
    await worker.close();
  });

  it("follows another where a step asks for a correction, and holds a call once that rows share", async () => {
    const worker = await engine.startWorker();
    const { server, connection } = await connect("anthropic");
    server.answer = ({ body }) => ({ text: (body.messages as unknown[]).length > 1 ? '{"age": 3}' : "I do not know." });
    const schema = JSON.stringify({ type: "object", properties: { age: { type: "integer" } }, required: ["age"] });
    const step = { step: "structured-prompt", params: { ...stepDefinitions["structured-prompt"].defaults, prompt: "How old?", schema, corrections: 1 } };
    const runId = await start(draw(connection, "corrected", 6, step));
    await engine.waitUntilDone(runId, 40);
    await worker.close();
    expect((await engine.readRows(runId, "ask")).map(({ age }) => Number(age))).toEqual([3, 3, 3, 3, 3, 3]);
    expect(server.batches.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });
});
