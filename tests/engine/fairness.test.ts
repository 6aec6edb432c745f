import { afterAll, beforeAll, expect, it } from "vitest";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const GREEDY_ROWS = 2000;

let engine: TestEngine;
let greedy: ChatServer;
let quick: ChatServer;
const held: (() => void)[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  greedy = await startChatServer(() => new Promise((resolve) => held.push(() => { resolve("late"); })));
  quick = await startChatServer(() => "soon");
  for (const [id, { url }] of Object.entries({ greedy, quick }))
    await engine.resources.database.prisma.connection.create({ data: { id, name: id, provider: "openai-compatible", baseUrl: url, concurrency: 64, models: [{ id: "m" }] } });
});
afterAll(async () => {
  await Promise.all([greedy.close(), quick.close()]);
  await engine.close();
});

function asking(connection: string, count: number): WorkflowDocument {
  const rows = Array.from({ length: count }, (_, row) => [`${connection} ${String(row)}`]);
  return makeDocument(
    {
      table: { step: "type-table", params: { table: { columns: [{ name: "q", type: "text" }], rows } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: { connection, model: "m" }, prompt: "{q}" } },
    },
    ["table.output>ask.input"],
  );
}

it("lets a small run begin and end while a large one holds all it may", async () => {
  const large = await engine.start(asking("greedy", GREEDY_ROWS));
  await expect.poll(() => held.length, { timeout: 60_000 }).toBe(64);
  const small = await engine.run(asking("quick", 30));
  expect((await engine.readRows(small, "ask")).map((row) => row.generations)).toEqual(Array.from({ length: 30 }, () => "soon"));
  expect((await readRun(engine.resources, large)).state).toBe("running");
  greedy.answer = () => "now";
  for (const answer of held) answer();
  expect(await engine.waitForRun(large)).toBe("done");
  expect(greedy.calls.length).toBe(GREEDY_ROWS);
});
