import { afterAll, beforeAll, expect, it } from "vitest";
import { gatherKnown } from "@/lib/engine/gather-known";
import { estimateRun, type RunEstimate } from "@/lib/plan/estimate/estimate-run";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { startChatServer, type ChatServer, type ReceivedCall } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const CONCURRENCY = 4;
const LATENCY_MS = 60;
const tokensOf = (text: string): number => Math.ceil(text.length / 4);

let engine: TestEngine;
let chat: ChatServer;

/** A reply of half the prompt's length, with tokens counted as a provider would. */
async function answer({ body }: ReceivedCall) {
  const prompt = body.messages.map(({ content }) => content).join("");
  const reply = "word ".repeat(Math.ceil(prompt.length / 10));
  await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
  const usage = { prompt_tokens: tokensOf(prompt), completion_tokens: tokensOf(reply) };
  return { status: 200, body: JSON.stringify({ id: "1", object: "chat.completion", created: 0, model: body.model, choices: [{ index: 0, message: { role: "assistant", content: reply }, finish_reason: "stop" }], usage }) };
}

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  chat = await startChatServer(answer);
  const server = { provider: "openai-compatible", baseUrl: chat.url, concurrency: CONCURRENCY };
  await engine.resources.database.prisma.connection.createMany({
    data: [
      { ...server, id: "stub", name: "Stub", models: [{ id: "m", inputPrice: 500, outputPrice: 2000 }] },
      { ...server, id: "unpriced", name: "Unpriced", models: [{ id: "n" }] },
    ],
  });
});
afterAll(async () => {
  await chat.close();
  await engine.close();
});

/** Paragraphs of 250 to 350 characters, asked through a step whose columns only its result tells. */
function draw(topic: string, rows: number, connection = "stub", model = "m"): WorkflowDocument {
  const texts = Array.from({ length: rows }, (_, row) => [`${topic} ${String(row)} `.padEnd(250 + ((row * 37) % 100), "lorem ipsum ")]);
  return makeDocument(
    {
      table: { step: "type-table", params: { table: { columns: [{ name: "given", type: "text" }], rows: texts } } },
      rename: { step: "rename-columns", params: { names: { given: "paragraph" } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: { connection, model }, systemPrompt: "You sum up what you are given.", prompt: "Sum this up in one sentence:\n\n{paragraph}" } },
    },
    ["table.output>rename.input", "rename.output>ask.input"],
  );
}

async function estimate(document: WorkflowDocument): Promise<RunEstimate> {
  const known = await gatherKnown(engine.resources, document, { workflowId: null, rowLimit: null, forEstimate: true });
  return estimateRun(planWorkflow(document, stepDefinitions, known, null), known, null);
}

async function run(document: WorkflowDocument, nodeId?: string) {
  const since = Date.now();
  const runId = await engine.run(document, { target: nodeId ? { kind: "to", nodeId } : { kind: "all" }, seconds: 60 });
  const { steps } = await readRun(engine.resources, runId);
  return { dollars: steps.reduce((sum, step) => sum + step.costMicros, 0) / 1e6, seconds: (Date.now() - since) / 1000, calls: steps.reduce((sum, step) => sum + step.calls, 0) };
}

it("says before a run what it then costs, within a fifth", async () => {
  const before = await estimate(draw("first", 30));
  expect(before).toMatchObject({ calls: 30, seconds: null, isLowerBound: { dollars: true, seconds: true } });
  await run(draw("first", 30));

  const document = draw("second", 120);
  await run(document, "rename");
  const foreseen = await estimate(document);
  expect(foreseen.isLowerBound).toEqual({ calls: false, dollars: false, seconds: false });
  const real = await run(document);
  expect(real.calls).toBe(120);
  expect(foreseen.calls).toBe(120);
  expect(Math.abs((foreseen.dollars ?? 0) - real.dollars) / real.dollars).toBeLessThan(0.2);
  // The machine may be busy: only the order of magnitude is held to.
  expect(foreseen.seconds).toBeGreaterThan(1.2);
  expect(foreseen.seconds).toBeLessThan(real.seconds * 1.5);
  expect(await estimate(document)).toMatchObject({ steps: 0, calls: 0, dollars: 0 });
});

it("does not take a model without a price for a free one", async () => {
  const document = draw("third", 10, "unpriced", "n");
  await run(document, "rename");
  expect(await estimate(document)).toMatchObject({ calls: 10, dollars: null, isLowerBound: { dollars: true } });
});
