import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { chatError, startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { cancelRun } from "./cancel-run";

const backends = ["postgres", "redis"] as const;

function defaultsOf(step: keyof typeof stepDefinitions): Record<string, unknown> {
  return stepDefinitions[step].defaults;
}

async function addConnection(engine: TestEngine, chat: ChatServer): Promise<{ connection: string; model: string }> {
  const id = `connection_${String(Math.random()).slice(2)}`;
  await engine.resources.database.prisma.connection.create({
    data: { id, name: "Stub", provider: "openai-compatible", baseUrl: chat.url, concurrency: 16 },
  });
  return { connection: id, model: "stub-model" };
}

function makeTwoPrompts(model: unknown, options: { count?: number; instruction?: string; second?: string } = {}): WorkflowDocument {
  return makeDocument(
    {
      make: { step: "data-from-prompt", params: { ...defaultsOf("data-from-prompt"), model, count: options.count ?? 120, instruction: options.instruction ?? "Write.", replyColumn: "abstract" } },
      process: {
        step: "process-with-prompt",
        params: { ...defaultsOf("process-with-prompt"), model, column: "abstract", instruction: options.second ?? "Shorten.", replyColumn: "tweet" },
      },
      take: { step: "take", params: { count: 10 } },
    },
    ["make.output>process.input", "process.output>take.input"],
  );
}

describe.each(backends)("the engine with the queue on %s", (queue) => {
  if (queue === "redis" && inject("redisUrl") === null) {
    it.skip("needs a Redis server on PATH", () => undefined);
    return;
  }
  let engine: TestEngine;
  let chat: ChatServer;
  let number = 0;

  beforeAll(async () => {
    engine = await openTestEngine({ queue });
    await engine.startWorker();
    chat = await startChatServer();
  });
  beforeEach(() => {
    chat.answer = (call) => `reply ${String(number++)} to: ${String(call.body.messages.at(-1)?.content)}`;
  });
  afterAll(async () => {
    await chat.close();
    await engine.close();
  });

  const run = async (document: WorkflowDocument, options: { rowLimit?: number } = {}) => {
    chat.calls.length = 0;
    const runId = await engine.start(document, { rowLimit: options.rowLimit ?? null });
    return { runId, state: await engine.waitForRun(runId) };
  };

  it("runs prompts through to tables, in order, and makes no call the second time", async () => {
    chat.answer = async (call) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return `r${String(number++)} ${String(call.body.messages[0]?.content.slice(0, 20))}`;
    };
    const document = makeTwoPrompts(await addConnection(engine, chat));
    const first = await run(document);
    expect(first.state).toBe("done");
    expect(chat.calls.length).toBe(240);
    expect(chat.inFlight.most).toBeLessThanOrEqual(16);
    const made = await engine.readRows(first.runId, "make");
    const processed = await engine.readRows(first.runId, "process");
    expect(processed.map((row) => row.abstract)).toEqual(made.map((row) => row.abstract));
    // The first step's prompts stay; the second one's stand beside them.
    expect(processed.map((row) => row.prompts)).toEqual(made.map((row) => row.prompts));
    expect(processed[0]?.prompts_2).toBe(`Input: ${String(made[0]?.abstract)}\n\nInstruction: Shorten.`);
    expect(await engine.readRows(first.runId, "take")).toEqual(processed.slice(0, 10));
    const { totals } = await engine.readResult(first.runId, "take");
    expect([totals.rowsIn, totals.rowsOut, totals.rejected]).toEqual([120, 10, 110]);

    const second = await run(document);
    expect(second.state).toBe("done");
    expect(chat.calls.length).toBe(0);
  });

  it("makes as many calls as there are new rows when more are asked for, and one for each row when the prompt changes", async () => {
    const model = await addConnection(engine, chat);
    await run(makeTwoPrompts(model, { count: 60, instruction: "More." }));
    expect(chat.calls.length).toBe(120);
    await run(makeTwoPrompts(model, { count: 61, instruction: "More." }));
    expect(chat.calls.length).toBe(2);
    await run(makeTwoPrompts(model, { count: 61, instruction: "More.", second: "Lengthen." }));
    expect(chat.calls.length).toBe(61);
  });

  it("makes identical calls in flight once", async () => {
    const model = await addConnection(engine, chat);
    chat.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return "same";
    };
    const { runId } = await run(makeTwoPrompts(model, { count: 80, instruction: "Twice." }));
    expect(chat.calls.length).toBe(81);
    expect((await engine.readRows(runId, "process")).length).toBe(80);
  });

  it("stops at once on a refused key, naming the connection", async () => {
    chat.answer = () => chatError(401, "bad key");
    const { runId, state } = await run(makeTwoPrompts(await addConnection(engine, chat), { instruction: "Refused." }));
    expect(state).toBe("failed");
    expect(chat.calls.length).toBeLessThanOrEqual(16);
    const steps = await engine.resources.database.prisma.stepRun.findMany({ where: { runId } });
    expect(steps.find((step) => step.nodeId === "make")?.error).toMatchObject({ code: "model_key_refused", data: { connection: "Stub", status: 401 } });
    expect(steps.find((step) => step.nodeId === "take")?.state).toBe("blocked");
  });

  it("keeps a bad row as failed with its reason and goes on", async () => {
    let made = 0;
    chat.answer = (call) => {
      if (call.body.messages.at(-1)?.content.startsWith("Input: reply-7 ")) return chatError(400, "content refused");
      return call.body.messages.at(-1)?.content === "Some." ? `reply-${String(made++)} x` : "fine";
    };
    const { runId, state } = await run(makeTwoPrompts(await addConnection(engine, chat), { count: 30, instruction: "Some." }));
    expect(state).toBe("done");
    const { totals } = await engine.readResult(runId, "process");
    expect(totals).toMatchObject({ rowsIn: 30, rowsOut: 29, failed: 1 });
  });

  it("retries failed rows alone when asked, and makes what follows anew", async () => {
    let broken = true;
    chat.answer = (call) => {
      const prompt = call.body.messages.at(-1)?.content ?? "";
      if (broken && prompt.startsWith("Input: retry-3 ")) return chatError(400, "not now");
      return prompt === "Retry." ? `retry-${String(number++)} x` : "fine";
    };
    number = 0;
    const document = makeTwoPrompts(await addConnection(engine, chat), { count: 20, instruction: "Retry." });
    const first = await run(document);
    expect((await engine.readResult(first.runId, "process")).totals).toMatchObject({ rowsOut: 19, failed: 1 });
    broken = false;
    chat.calls.length = 0;
    const retried = await engine.run(document, { retryFailed: true });
    expect(chat.calls.length).toBe(1);
    expect((await engine.readRows(retried, "process")).length).toBe(20);
    expect((await engine.readResult(retried, "take")).totals.rowsIn).toBe(20);
  });

  it("obeys Retry-After and finishes", async () => {
    let refused = 0;
    chat.answer = () => (refused++ < 3 ? chatError(429, "slow down", { "retry-after": "1" }) : "ok");
    const startedAt = Date.now();
    const { state } = await run(makeTwoPrompts(await addConnection(engine, chat), { count: 5, instruction: "Limited." }));
    expect(state).toBe("done");
    expect(Date.now() - startedAt).toBeGreaterThan(900);
  });

  it("cancels within two seconds and keeps what was answered", async () => {
    chat.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return `slow ${String(number++)}`;
    };
    const document = makeTwoPrompts(await addConnection(engine, chat), { count: 500, instruction: "Slow." });
    chat.calls.length = 0;
    const runId = await engine.start(document);
    await expect.poll(() => chat.calls.length, { timeout: 10_000 }).toBeGreaterThan(20);
    await cancelRun(engine.resources, runId);
    expect(await engine.waitForRun(runId, 2)).toBe("cancelled");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const settled = chat.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(chat.calls.length).toBe(settled);
    const { rows } = await engine.resources.database.pool.query<{ count: string }>("SELECT count(*) FROM call_cache WHERE reply LIKE 'slow %'");
    expect(Number(rows[0]?.count)).toBeGreaterThan(0);
  });

  it("runs on the first rows only, and reuses their calls for all rows", async () => {
    const model = await addConnection(engine, chat);
    const limited = await run(makeTwoPrompts(model, { count: 40, instruction: "Limit." }), { rowLimit: 10 });
    expect((await engine.readRows(limited.runId, "process")).length).toBe(10);
    expect(chat.calls.length).toBe(20);
    await run(makeTwoPrompts(model, { count: 40, instruction: "Limit." }));
    expect(chat.calls.length).toBe(60);
  });
});
