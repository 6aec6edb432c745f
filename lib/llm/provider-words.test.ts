import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { providerEntry, type Provider } from "@/lib/contracts/providers";
import { isAppError } from "@/lib/core/app-error";
import type { Sampling } from "@/lib/llm/chat";
import { createModelClient, type ModelClient } from "@/lib/llm/model-client";
import { openKind, providerKinds } from "@/tests/support/provider-kinds";
import { startProviderServer, type ProviderServer } from "@/tests/support/provider-server";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let client: ModelClient;
/** Closed after all: tests run side by side. */
const opened: ProviderServer[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  client = createModelClient({ pool: engine.resources.database.pool, workerId: "words", staleSeconds: 15, timeoutMs: 4000, firstWaitMs: 5 });
});
afterAll(async () => {
  client.close();
  await Promise.all(opened.map((server) => server.close()));
  await engine.close();
});

async function open(kind: Provider, answer: ProviderServer["answer"] = () => ({ text: "Hi." })) {
  const server = await startProviderServer(answer);
  opened.push(server);
  const model = openKind(kind, server.url);
  const { signal } = new AbortController();
  const complete = (sampling: Partial<Sampling>) =>
    client.complete({ model, messages: [{ role: "user", content: "Hello?" }], sampling: { temperature: null, topP: null, maxTokens: null, stop: [], seed: null, ...sampling }, sample: 0, signal });
  /** Code of the error that a call ends with. */
  const fail = async (sampling: Partial<Sampling>): Promise<string> => {
    const error: unknown = await complete(sampling).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isAppError(error)) throw new Error(`no error of ours: ${String(error)}`);
    return error.code;
  };
  return { server, complete, fail };
}

const template = (thinks: boolean) => ({ chat_template_kwargs: { enable_thinking: thinks, thinking: thinks } });
const effort = { on: { reasoning_effort: "medium" }, off: { reasoning_effort: "none" } };
const byTemplate = { on: template(true), off: template(false) };
const byConfig = { on: { generationConfig: { thinkingConfig: { thinkingBudget: -1, includeThoughts: true } } }, off: { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } } };
const byType = { on: { thinking: { type: "enabled" } }, off: { thinking: { type: "disabled" } } };
/** How each provider's documentation says that a model is to think or not. */
const switches: Partial<Record<Provider, { on: Record<string, unknown>; off: Record<string, unknown> }>> = {
  ...{ openai: effort, "azure-openai": effort, ollama: effort, "openai-responses": { on: { reasoning: { effort: "medium" } }, off: { reasoning: { effort: "none" } } } },
  ...{ openrouter: { on: { reasoning: { enabled: true } }, off: { reasoning: { effort: "none" } } }, google: byConfig, vertex: byConfig },
  ...{ anthropic: byType, cohere: byType, deepseek: byType },
  ...{ vllm: byTemplate, sglang: byTemplate, "llama-cpp": byTemplate, "openai-compatible": byTemplate },
};

/** Fields of their own for what a reply must be; the others are told by a JSON schema. */
const ownRules: Partial<Record<Provider, Partial<Record<"replyChoices" | "replyPattern", Record<string, unknown>>>>> = {
  vllm: { replyChoices: { structured_outputs: { choice: ["yes", "no (.*)"] } }, replyPattern: { structured_outputs: { regex: "[0-9]+ km" } } },
  sglang: { replyChoices: { regex: "(yes|no \\(\\.\\*\\))" }, replyPattern: { regex: "[0-9]+ km" } },
  "llama-cpp": { replyChoices: { grammar: 'root ::= "yes" | "no (.*)"' } },
  tgi: { replyChoices: { response_format: { type: "regex", value: "(yes|no \\(\\.\\*\\))" } }, replyPattern: { response_format: { type: "regex", value: "[0-9]+ km" } } },
};

describe.each(providerKinds)("%s", { concurrent: true }, (kind) => {
  const { capabilities } = providerEntry(kind);

  it("has its thinking switched in its own words alone, or says that it has no switch", async () => {
    const words = switches[kind];
    const { server, complete, fail } = await open(kind);
    if (!words) {
      expect(await fail({ thinkFirst: false })).toBe("model_feature_missing");
      expect(server.requests.length).toBe(0);
      return;
    }
    await complete({ thinkFirst: false });
    expect(server.requests.at(-1)?.body).toMatchObject(words.off);
    await complete({ thinkFirst: true });
    expect(server.requests.at(-1)?.body).toMatchObject(words.on);
    const others = Object.values(switches).flatMap(({ on }) => Object.keys(on)).filter((name) => !(name in words.on));
    expect(Object.keys(server.requests.at(-1)?.body ?? {}).filter((name) => others.includes(name))).toEqual([]);
  });

  it.each<[Partial<Sampling>, "replyChoices" | "replyPattern", string]>([
    [{ replyChoices: ["yes", "no (.*)"] }, "replyChoices", "no (.*)"],
    [{ replyPattern: "[0-9]+ km" }, "replyPattern", "12 km"],
  ])("has its reply held to %j by what it has for it, or says that it has nothing", async (sampling, capability, text) => {
    const rule = ownRules[kind]?.[capability];
    // One that is held by a schema answers by it.
    const held = await open(kind, ({ body }) => ({ text: rule === undefined && JSON.stringify(body).includes("answer") ? JSON.stringify({ answer: text }) : text }));
    if (!capabilities[capability]) {
      expect(await held.fail(sampling)).toBe("model_feature_missing");
      expect(held.server.requests.length).toBe(0);
      return;
    }
    expect((await held.complete(sampling)).text).toBe(text);
    const said = JSON.stringify(held.server.requests[0]?.body).replaceAll("\\\"", '"');
    if (rule) expect(held.server.requests[0]?.body).toMatchObject(rule);
    else expect(said).toContain(capability === "replyChoices" ? '{"type":"string","enum":["yes","no (.*)"]}' : '{"type":"string","pattern":"^([0-9]+ km)$"}');
    expect((await held.complete(sampling)).record.cached).toBe(true);
    // What a server does that knows nothing of it is not taken for an answer, and not kept.
    const free = await open(kind, () => ({ text: "Well, yes, 12 km." }));
    expect(await free.fail(sampling)).toBe("reply_breaks_rule");
    expect(await free.fail(sampling)).toBe("reply_breaks_rule");
    expect(free.server.requests.length).toBe(2);
  });
});
