import { afterAll, beforeAll, expect, it } from "vitest";
import { startRun } from "@/lib/engine/start-run";
import { findFreePort } from "@/lib/server/embedded-postgres";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { makeDocument, openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import { startTrainerProcess } from "@/tests/support/trainer-process";

const TOKEN = "secret";
let engine: TestEngine;
let trainer: { stop(): Promise<void> };

beforeAll(async () => {
  const port = await findFreePort();
  engine = await openTestEngine({ env: { TRAINER_URL: `http://127.0.0.1:${String(port)}`, TRAINER_TOKEN: TOKEN } });
  await engine.startWorker();
  trainer = await startTrainerProcess(engine.env, { port, token: TOKEN });
});
afterAll(async () => {
  await trainer.stop();
  await engine.close();
});

it("a model is less surprised by what it writes itself than by the same words in disorder; scored once, then cached", async () => {
  const model = { connection: "local", model: "builtin" };
  const draw = () =>
    makeDocument(
      {
        write: { step: "data-from-prompt", params: { ...stepDefinitions["data-from-prompt"].defaults, model, instruction: "Generate an arXiv abstract of an NLP research paper. Return just the abstract, no titles.", count: 12, maxTokens: 60, temperature: 0.7, seed: 3 } },
        mix: { step: "map-column", params: { ...stepDefinitions["map-column"].defaults, column: "mixed", expression: "array_to_string(list_reverse(string_split(generations, ' ')), ' ')" } },
        own: { step: "perplexity", params: { ...stepDefinitions.perplexity.defaults, model, column: "generations", promptColumn: "prompts" } },
        other: {
          step: "perplexity",
          params: { ...stepDefinitions.perplexity.defaults, model, column: "mixed", promptColumn: "prompts", perplexityColumn: "mixed_perplexity", likelihoodColumn: "mixed_likelihood", tokensColumn: "mixed_tokens" },
        },
        numbers: { step: "summarise-numbers", params: { columns: ["perplexity", "mixed_perplexity"], by: null } },
      },
      ["write.output>mix.input", "mix.output>own.input", "own.output>other.input", "other.output>numbers.input"],
    );
  const runId = await startRun(engine.resources, { workflowId: null, document: draw(), target: { kind: "all" }, rowLimit: null });
  await engine.waitUntilDone(runId, 100);
  const [own, mixed] = await engine.readRows(runId, "numbers", "summary");
  expect(Number(own?.["rows"])).toBe(12);
  expect(Number(own?.["mean"])).toBeGreaterThan(1);
  expect(Number(mixed?.["mean"])).toBeGreaterThan(3 * Number(own?.["mean"]));
  await engine.resources.database.pool.query("DELETE FROM step_result");
  const again = await startRun(engine.resources, { workflowId: null, document: draw(), target: { kind: "all" }, rowLimit: null });
  await engine.waitUntilDone(again, 100);
  expect((await engine.readResult(again, "other")).totals).toMatchObject({ calls: 0, callsCached: 12 });
});
