import { afterAll, beforeAll, expect, it } from "vitest";
import { makeCardRecord } from "@/lib/cards/card-record";
import { writeStepsSection } from "@/lib/cards/steps-section";
import { gatherProvenance } from "@/lib/engine/provenance";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { chatError, startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const ROWS = 3;
let engine: TestEngine;
let chat: ChatServer;

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  chat = await startChatServer(({ body }) => (body.temperature === 0 ? chatError(400, "temperature must be greater than 0") : "Good."));
  for (const id of ["first", "second"]) await engine.resources.database.prisma.connection.create({ data: { id, name: id, provider: "openai-compatible", baseUrl: `${chat.url}?${id}` } });
});
afterAll(async () => {
  await chat.close();
  await engine.close();
});

const draw = (connection: string, params: Record<string, unknown>) =>
  makeDocument(
    {
      rows: { step: "type-table", params: { table: { columns: [{ name: "text", type: "text" }], rows: Array.from({ length: ROWS }, (_, row) => [`t${String(row)}`]) } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: { connection, model: "m" }, prompt: "Is {text} good?", temperature: 0, ...params } },
      last: { step: "take", params: { ...stepDefinitions.take.defaults, count: 1 } },
    },
    ["rows.output>ask.input", "ask.output>last.input"],
  );
const note = { code: "sampling_changed", data: { name: "temperature", asked: "0", sentAs: "temperature", sent: "0.001", calls: ROWS }, param: "unfitValues" };

it("are told in the ledger, above the table and in the card, also where the replies come from the cache", async () => {
  for (const promptColumn of ["prompts", "asked"]) {
    const runId = await engine.run(draw("first", { promptColumn }));
    expect((await engine.readResult(runId, "ask")).outputs.notes).toEqual([note]);
    const { steps } = await readRun(engine.resources, runId);
    expect(steps.find(({ nodeId }) => nodeId === "ask")?.changed).toEqual([note.data]);
    const last = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "last" } } });
    const record = makeCardRecord(await gatherProvenance(engine.resources, { runId, nodeId: "last", identity: last.identity as never }));
    const step = record.steps.find((one) => one.step === "prompt");
    expect(step).toMatchObject({ sampling: { temperature: 0 }, sentOtherwise: [note.data] });
    expect(writeStepsSection(record)).toContain("- Sent otherwise, because the model does not take it: temperature 0.001 instead of temperature 0, in 3 calls");
  }
});

it("stop the step with the model's reason where a person wants that, before and after its replies are kept", async () => {
  const stopped = async (connection: string): Promise<unknown> => {
    const runId = await engine.start(draw(connection, { unfitValues: "stop" }));
    expect(await engine.waitForRun(runId, 30)).toBe("failed");
    return (await readRun(engine.resources, runId)).steps.find(({ nodeId }) => nodeId === "ask")?.error;
  };
  expect(await stopped("second")).toMatchObject({ code: "model_value_refused", message: expect.stringContaining("must be greater than 0") as string });
  // The first one's replies are those of another temperature: they are not taken for what was asked.
  expect(await stopped("first")).toMatchObject({ code: "model_value_refused", message: expect.stringContaining("temperature 0.001") as string });
});
