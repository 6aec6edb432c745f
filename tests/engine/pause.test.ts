import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelRun } from "@/lib/engine/cancel-run";
import { pauseRun, resumeRun } from "@/lib/engine/pause-run";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { jsonValue } from "@/lib/server/json-value";
import { readBudget, setBudget } from "@/lib/workflows/workflow-budget";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const ROWS = 300;
const CONCURRENCY = 8;
/** US dollars a million tokens; the stub counts 10 tokens in and 5 out. */
const PRICE = { input: 1000, output: 2000 };
const CALL_MICROS = 10 * PRICE.input + 5 * PRICE.output;

let engine: TestEngine;
let chat: ChatServer;

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  chat = await startChatServer(async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return `answer to ${call.body.messages[0]?.content ?? ""}`;
  });
  await engine.resources.database.prisma.connection.create({
    data: { id: "stub", name: "Stub", provider: "openai-compatible", baseUrl: chat.url, concurrency: CONCURRENCY, models: [{ id: "m", inputPrice: PRICE.input, outputPrice: PRICE.output }] },
  });
});
afterAll(async () => {
  await chat.close();
  await engine.close();
});

function draw(topic: string): WorkflowDocument {
  const rows = Array.from({ length: ROWS }, (_, row) => [`${topic} ${String(row)}`]);
  return makeDocument(
    {
      table: { step: "type-table", params: { table: { columns: [{ name: "question", type: "text" }], rows } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: { connection: "stub", model: "m" }, prompt: "{question}" } },
      keep: { step: "take", params: { count: 5 } },
    },
    ["table.output>ask.input", "ask.output>keep.input"],
  );
}

async function start(topic: string, budgetMicros: number | null = null): Promise<string> {
  return engine.start(draw(topic), { budgetMicros });
}

const countCalls = (topic: string): number => chat.calls.filter((call) => call.body.messages[0]?.content.startsWith(`${topic} `)).length;

/** Waits until workers have given back all chunks of a paused run, after which it makes no call; gives the calls made. */
async function settle(runId: string, topic: string): Promise<number> {
  const countHeld = async () => {
    const { rows } = await engine.resources.database.pool.query<{ held: number }>("SELECT count(*)::int AS held FROM chunk c JOIN step_run s ON s.id = c.step_run_id WHERE s.run_id = $1 AND c.state = 'running'", [runId]);
    return rows[0]?.held;
  };
  await expect.poll(countHeld, { timeout: 20_000, interval: 20 }).toBe(0);
  return countCalls(topic);
}

async function expectWhole(runId: string, topic: string): Promise<void> {
  const rows = await engine.readRows(runId, "ask");
  expect(rows.map((row) => row.generations)).toEqual(Array.from({ length: ROWS }, (_, row) => `answer to ${topic} ${String(row)}`));
}

describe("a paused run", () => {
  it("finishes what is under way, makes no other call, and repeats none when it goes on", async () => {
    const runId = await start("pause");
    await expect.poll(() => countCalls("pause"), { timeout: 10_000, interval: 5 }).toBeGreaterThan(40);
    await pauseRun(engine.resources, runId);
    const made = await settle(runId, "pause");
    expect(made).toBeLessThan(ROWS);
    expect((await readRun(engine.resources, runId)).state).toBe("paused");
    const { rows } = await engine.resources.database.pool.query<{ count: string }>("SELECT count(*) FROM call_cache WHERE reply LIKE 'answer to pause %'");
    expect(Number(rows[0]?.count)).toBe(made);
    await resumeRun(engine.resources, runId, undefined);
    await engine.waitUntilDone(runId, 40);
    expect(countCalls("pause")).toBe(ROWS);
    await expectWhole(runId, "pause");
    const view = await readRun(engine.resources, runId);
    expect(view.steps.find((step) => step.nodeId === "ask")?.costMicros).toBe(ROWS * CALL_MICROS);
  });

  it("that is cancelled ends", async () => {
    const runId = await start("cancel");
    await expect.poll(() => countCalls("cancel"), { timeout: 10_000, interval: 5 }).toBeGreaterThan(10);
    await pauseRun(engine.resources, runId);
    await cancelRun(engine.resources, runId);
    expect(await engine.waitForRun(runId, 5)).toBe("cancelled");
    await expect(resumeRun(engine.resources, runId, undefined)).rejects.toMatchObject({ code: "run_not_active" });
  });
});

describe("a budget", () => {
  it("pauses the run when it is spent, by no more than the calls then under way, and a higher one lets it go on", async () => {
    const runId = await start("budget", 100 * CALL_MICROS);
    await expect.poll(async () => (await readRun(engine.resources, runId)).state, { timeout: 20_000 }).toBe("paused");
    const made = await settle(runId, "budget");
    expect(made).toBeGreaterThanOrEqual(100);
    // A call that was let in between the last reply and its bill counts too.
    expect(made).toBeLessThanOrEqual(100 + 2 * CONCURRENCY);
    const paused = await readRun(engine.resources, runId);
    expect(paused.error).toMatchObject({ code: "budget_reached" });
    expect(paused.steps.find((step) => step.nodeId === "ask")?.costMicros).toBe(made * CALL_MICROS);
    await resumeRun(engine.resources, runId, 1000 * CALL_MICROS);
    await engine.waitUntilDone(runId, 40);
    expect(countCalls("budget")).toBe(ROWS);
    await expectWhole(runId, "budget");
  });
});

describe("a budget of the workflow", () => {
  it("binds its runs together, pauses the one that reaches it, and lets it go on when it is raised", async () => {
    const { prisma } = engine.resources.database;
    const { id: workflowId } = await prisma.workflow.create({ data: { id: "bounded", name: "Bounded", document: jsonValue(draw("shared")) } });
    const runOf = (topic: string) => engine.start(draw(topic), { workflowId });
    await engine.waitUntilDone(await runOf("shared"), 40);
    expect(await setBudget(engine.resources, workflowId, (ROWS + 50) * CALL_MICROS)).toEqual({ budgetMicros: (ROWS + 50) * CALL_MICROS, spentMicros: ROWS * CALL_MICROS });
    const runId = await runOf("second");
    await expect.poll(async () => (await readRun(engine.resources, runId)).state, { timeout: 20_000 }).toBe("paused");
    expect((await readRun(engine.resources, runId)).error).toMatchObject({ code: "workflow_budget_reached", data: { budget: ((ROWS + 50) * CALL_MICROS) / 1e6 } });
    const made = await settle(runId, "second");
    expect(made).toBeGreaterThanOrEqual(50);
    expect(made).toBeLessThanOrEqual(50 + 2 * CONCURRENCY);
    // Without another budget it pauses again, and makes no call.
    await resumeRun(engine.resources, runId, undefined);
    await expect.poll(async () => (await readRun(engine.resources, runId)).state, { timeout: 20_000 }).toBe("paused");
    expect(await settle(runId, "second")).toBe(made);
    await setBudget(engine.resources, workflowId, null);
    await resumeRun(engine.resources, runId, undefined);
    await engine.waitUntilDone(runId, 40);
    await expectWhole(runId, "second");
    expect(countCalls("second")).toBe(ROWS);
    expect(await readBudget(engine.resources, workflowId)).toEqual({ budgetMicros: null, spentMicros: 2 * ROWS * CALL_MICROS });
  });
});

describe("a step run again by itself", () => {
  it("is made anew without a call, and `from` takes what follows along", async () => {
    await engine.waitUntilDone(await start("again"), 40);
    const document = draw("again");
    const runId = await engine.run(document, { target: { kind: "from", nodeId: "ask" }, seconds: 40 });
    const view = await readRun(engine.resources, runId);
    expect(view.steps.map((step) => [step.nodeId, step.fromCache])).toEqual([
      ["table", true],
      ["ask", false],
      ["keep", true],
    ]);
    expect(countCalls("again")).toBe(ROWS);
  });
});
