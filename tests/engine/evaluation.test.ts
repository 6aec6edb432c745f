import { afterAll, beforeAll, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { makeDocument } from "@/tests/support/draw";
import type { TestEngine } from "@/tests/support/test-engine";
import { openEngineWithTrainer } from "@/tests/support/trainer-process";

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngineWithTrainer();
});
afterAll(() => engine.close());

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
  const runId = await engine.run(draw(), { seconds: 100 });
  const [own, mixed] = await engine.readRows(runId, "numbers", "summary");
  expect(Number(own?.["rows"])).toBe(12);
  expect(Number(own?.["mean"])).toBeGreaterThan(1);
  expect(Number(mixed?.["mean"])).toBeGreaterThan(3 * Number(own?.["mean"]));
  await engine.resources.database.pool.query("DELETE FROM step_result");
  const again = await engine.run(draw(), { seconds: 100 });
  expect((await engine.readResult(again, "other")).totals).toMatchObject({ calls: 0, callsCached: 12 });
});
