import { describe, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { CanvasDriver } from "@/tests/support/canvas-driver";
import { capabilitiesOf } from "./check-provider";
import { nothingKnown, type PlanKnown } from "./plan-known";
import { planWorkflow } from "./plan-workflow";

const model = { connection: "c", model: "m" };

function problemsOf(models: PlanKnown["models"], params: Record<string, unknown>): unknown[] {
  const canvas = new CanvasDriver();
  const table = canvas.add("type-table", { x: 0, y: 0 }, { table: { columns: [{ name: "text", type: "text" }], rows: [["a"]] } });
  const ask = canvas.add("prompt", { x: 300, y: 0 }, { model, prompt: "{text}", ...params });
  canvas.wire(table, "output", ask, "input");
  const step = planWorkflow(canvas.document, stepDefinitions, { ...nothingKnown, models }).steps.get(ask);
  return (step?.problems ?? []).map(({ code, param }) => [code, param]);
}

describe("a batch", () => {
  it.each([
    ["openai", []],
    ["openai-responses", []],
    ["anthropic", []],
    ["mistral", [["provider_lacks", "batch"]]],
  ])("with a model of %s", (provider, problems) => {
    expect(problemsOf({ "c/m": { provider, baseUrl: "https://example.org", model: "m" } }, { batch: true })).toEqual(problems);
    expect(problemsOf({ "c/m": { provider, baseUrl: "https://example.org", model: "m" } }, { batch: false })).toEqual([]);
  });

  it("with a local model is a problem, and with one that is not known yet is none so far", () => {
    expect(problemsOf({ "c/m": { hub: "a/b", revision: null } }, { batch: true })).toEqual([["provider_lacks", "batch"]]);
    expect(problemsOf({}, { batch: true })).toEqual([]);
    expect(capabilitiesOf({ unresolved: model })).toBeNull();
  });
});

describe("a parameter of sampling", () => {
  it.each([
    ["anthropic", { frequencyPenalty: 1 }, [["provider_lacks", "frequencyPenalty"]]],
    ["openai", { frequencyPenalty: 1, presencePenalty: -1, logitBias: '{"1": 5}' }, []],
    ["openai", { repetitionPenalty: 1.1 }, [["provider_lacks", "repetitionPenalty"]]],
    ["together", { repetitionPenalty: 1.1 }, []],
    ["openai", { replyChoices: ["yes", "no"], thinkFirst: "off" }, []],
    ["mistral", { replyChoices: ["yes", "no"] }, []],
    ["deepseek", { replyChoices: ["yes", "no"] }, [["provider_lacks", "replyChoices"]]],
    ["openai-compatible", { replyPattern: "[0-9]+" }, [["provider_lacks", "replyPattern"]]],
    ["vllm", { replyPattern: "[0-9]+" }, []],
    ["vllm", { replyPattern: "[0-9" }, [["params_invalid", "replyPattern"]]],
    ["vllm", { replyPattern: "[0-9]+", replyChoices: ["1"] }, [["params_contradict", "replyPattern"]]],
    ["vllm", { replyChoices: ["yes "] }, [["params_invalid", "replyChoices"]]],
    ["openai", { thinkFirst: "off", thinking: "high" }, [["params_contradict", "thinkFirst"]]],
    ["openai", { logitBias: '{"a": 5}' }, [["params_invalid", "logitBias"]]],
    ["openai", { logitBias: '{"1": 500}' }, [["params_invalid", "logitBias"]]],
  ])("of %s: %j", (provider, params, problems) => {
    expect(problemsOf({ "c/m": { provider, baseUrl: "https://example.org", model: "m" } }, params)).toEqual(problems);
  });
});

describe("a longest reply", () => {
  const plan = (maxTokens: number | null, outputLimits: PlanKnown["outputLimits"]): unknown[] => {
    const canvas = new CanvasDriver();
    const table = canvas.add("type-table", { x: 0, y: 0 }, { table: { columns: [{ name: "text", type: "text" }], rows: [["a"]] } });
    const ask = canvas.add("prompt", { x: 300, y: 0 }, { model, prompt: "{text}", maxTokens });
    canvas.wire(table, "output", ask, "input");
    const known = { ...nothingKnown, models: { "c/m": { provider: "openai", baseUrl: "https://api.openai.com/v1", model: "m" } }, outputLimits };
    return planWorkflow(canvas.document, stepDefinitions, known).steps.get(ask)?.problems ?? [];
  };

  it("that the model does not write is a problem with the number", () => {
    expect(plan(5000, { "c/m": 4096 })).toEqual([{ code: "reply_over_limit", data: { model: "m", limit: 4096, asked: 5000 }, param: "maxTokens" }]);
    expect([plan(4096, { "c/m": 4096 }), plan(null, { "c/m": 4096 }), plan(5000, {})]).toEqual([[], [], []]);
  });
});
