import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatherKnown } from "@/lib/engine/gather-known";
import { storeFile } from "@/lib/engine/file-store";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { FileRef } from "@/lib/steps/_sdk/param-fields";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { createWorkflow } from "@/lib/workflows/workflow-store";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, projectFolder, type TestEngine } from "@/tests/support/test-engine";

const data = join(projectFolder, "..", "shared", "data");
const files = { abstracts: join(data, "scitldr_a_dev.jsonl"), questions: join(data, "hotpotqa_dev_simplified.json") };
const missing = Object.values(files).filter((path) => !existsSync(path));
if (missing.length > 0) process.stdout.write("The tests on real inputs are skipped: there is no folder ../shared/data beside the project with SciTLDR and HotpotQA.\n");

const MODEL = { connection: "stub", model: "stub-model" };

/** Expected reply of the stub: the prompt's words in upper case, so that each row's reply is its own. */
const answer = (prompt: string): string => prompt.toUpperCase();

describe.skipIf(missing.length > 0)("real inputs, from a file to a file", () => {
  let engine: TestEngine;
  let chat: ChatServer;

  beforeAll(async () => {
    engine = await openTestEngine();
    await engine.startWorker();
    chat = await startChatServer((call) => answer(call.body.messages.at(-1)?.content ?? ""));
    await engine.resources.database.prisma.connection.create({ data: { id: MODEL.connection, name: "Stub", provider: "openai-compatible", baseUrl: chat.url, concurrency: 64 } });
  });
  afterAll(async () => {
    await chat.close();
    await engine.close();
  });

  const upload = (name: string, text: string): Promise<FileRef> =>
    storeFile(engine.resources, name, Readable.from([Buffer.from(text)])).then(({ sha256 }) => ({ sha256, name }));

  function draw(file: FileRef, expression: string, instruction: string): WorkflowDocument {
    return makeDocument(
      {
        load: { step: "load-file", params: { ...stepDefinitions["load-file"].defaults, file } },
        text: { step: "map-column", params: { column: "asked", expression, type: "text" } },
        ask: { step: "process-with-prompt", params: { ...stepDefinitions["process-with-prompt"].defaults, model: MODEL, column: "asked", instruction } },
        split: { step: "split", params: { train: 0.9, validation: 0, test: 0.1, shuffle: false, seed: 0 } },
        train: { step: "export-file", params: { format: "jsonl", name: "train", spreadsheetSafe: true } },
        test: { step: "export-file", params: { format: "jsonl", name: "test", spreadsheetSafe: true } },
      },
      ["load.output>text.input", "text.output>ask.input", "ask.output>split.input", "split.train>train.input", "split.test>test.input"],
    );
  }

  /** Runs to the end; gives the calls made and the rows of both exported files, in order. */
  async function run(document: WorkflowDocument, workflowId: string): Promise<{ calls: number; train: Record<string, string>[]; test: Record<string, string>[] }> {
    chat.calls.length = 0;
    const runId = await engine.run(document, { workflowId, seconds: 90 });
    const read = async (node: string): Promise<Record<string, string>[]> => {
      const kept = (await engine.readResult(runId, node)).outputs.files[0]?.file ?? "";
      const lines = (await readFile(join(engine.resources.dataFolder, kept), "utf8")).trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line) as Record<string, string>);
    };
    return { calls: chat.calls.length, train: await read("train"), test: await read("test") };
  }

  function expectExported(made: { train: Record<string, string>[]; test: Record<string, string>[] }, asked: string[], instruction: string): void {
    expect([made.train.length, made.test.length]).toEqual([asked.length - Math.ceil(asked.length / 10), Math.ceil(asked.length / 10)]);
    const rows = [...made.train, ...made.test];
    expect(rows.map((row) => row.asked)).toEqual(asked);
    expect(rows.map((row) => row.generations)).toEqual(asked.map((text) => answer(`Input: ${text}\n\nInstruction: ${instruction}`)));
  }

  it("makes one call for each of the 619 abstracts, none again, one for a changed row, all for a changed prompt", async () => {
    const lines = (await readFile(files.abstracts, "utf8")).trimEnd().split("\n");
    const asked = lines.map((line) => (JSON.parse(line) as { source: string[] }).source.join(" "));
    expect(asked.length).toBe(619);
    const expression = "array_to_string(source, ' ')";
    const first = draw(await upload("scitldr_a_dev.jsonl", lines.join("\n")), expression, "Say it in a sentence.");
    const { id } = await createWorkflow(engine.resources, first);
    const made = await run(first, id);
    // Abstracts that are there twice are asked once.
    expect(made.calls).toBe(new Set(asked).size);
    expectExported(made, asked, "Say it in a sentence.");
    expect((await run(first, id)).calls).toBe(0);

    const row = JSON.parse(lines[300] ?? "") as { source: string[] };
    const changedLines = lines.with(300, JSON.stringify({ ...row, source: [...row.source, "One sentence more."] }));
    const changed = draw(await upload("scitldr_a_dev.jsonl", changedLines.join("\n")), expression, "Say it in a sentence.");
    const afterChange = await run(changed, id);
    expect(afterChange.calls).toBe(1);
    const changedAsked = asked.with(300, `${asked[300] ?? ""} One sentence more.`);
    expectExported(afterChange, changedAsked, "Say it in a sentence.");

    const reworded = draw(await upload("scitldr_a_dev.jsonl", changedLines.join("\n")), expression, "Say it in three words.");
    const plan = planWorkflow(reworded, stepDefinitions, await gatherKnown(engine.resources, reworded, { workflowId: id, rowLimit: null }));
    const verdicts = Object.fromEntries([...plan.steps].map(([node, step]) => [node, step.verdict]));
    const follows = { state: "stale", reason: { code: "input_changed", ports: ["input"] } };
    expect(verdicts).toEqual({
      load: { state: "fresh" },
      text: { state: "fresh" },
      ask: { state: "stale", reason: { code: "params_changed", params: ["instruction"] } },
      split: follows,
      train: follows,
      test: follows,
    });
    const afterRewording = await run(reworded, id);
    expect(afterRewording.calls).toBe(new Set(changedAsked).size);
    expectExported(afterRewording, changedAsked, "Say it in three words.");
  });

  it("takes 7,405 questions through, and asks only the one that changed again", async () => {
    const rows = JSON.parse(await readFile(files.questions, "utf8")) as { question: string }[];
    expect(rows.length).toBe(7405);
    const asked = rows.map(({ question }) => question);
    const first = draw(await upload("hotpotqa.json", JSON.stringify(rows)), "question", "Answer.");
    const { id } = await createWorkflow(engine.resources, first);
    const made = await run(first, id);
    expect(made.calls).toBe(new Set(asked).size);
    expectExported(made, asked, "Answer.");
    expect((await run(first, id)).calls).toBe(0);
    const question = `${asked[5000] ?? ""} And why?`;
    const changed = draw(await upload("hotpotqa.json", JSON.stringify(rows.with(5000, { ...rows[5000], question }))), "question", "Answer.");
    const afterChange = await run(changed, id);
    expect(afterChange.calls).toBe(1);
    expectExported(afterChange, asked.with(5000, question), "Answer.");
  });
});
