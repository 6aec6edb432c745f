import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { providerEntry, type Provider } from "@/lib/contracts/providers";
import { isAppError } from "@/lib/core/app-error";
import type { CallExtras, ChatMessage, Sampling } from "@/lib/llm/chat";
import type { Endpoint } from "@/lib/llm/endpoint";
import { createModelClient, type ModelClient } from "@/lib/llm/model-client";
import { listRemoteModels } from "@/lib/llm/provider-call";
import { openKind, providerKinds, SECRET } from "@/tests/support/provider-kinds";
import { startProviderServer, type Answer, type ProviderRequest, type ProviderServer } from "@/tests/support/provider-server";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let client: ModelClient;
/** Closed after all: tests run side by side. */
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  client = createModelClient({ pool: engine.resources.database.pool, workerId: "conformance", staleSeconds: 15, timeoutMs: 4000, firstWaitMs: 5 });
});
afterAll(async () => {
  client.close();
  await Promise.all(opened.map((one) => one.close()));
  await engine.close();
});

const signal = new AbortController().signal;
const plainSampling: Sampling = { temperature: null, topP: null, maxTokens: null, stop: [], seed: null };
const ask: ChatMessage[] = [{ role: "user", content: "Hello?" }];

interface Call {
  messages?: ChatMessage[];
  sampling?: Partial<Sampling>;
  extras?: CallExtras;
}

async function open(kind: Provider, answer: ProviderServer["answer"] = () => ({ text: "Hi." }), changed: Partial<Endpoint> = {}) {
  const server = await startProviderServer(answer);
  opened.push(server);
  const model = openKind(kind, server.url, changed);
  const complete = ({ messages = ask, sampling = {}, extras }: Call = {}) =>
    client.complete({ model, messages, sampling: { ...plainSampling, ...sampling }, ...(extras && { extras }), sample: 0, signal });
  /** Code of the error that a call ends with; its message names the connection and no secret. */
  const fail = async (call: Call = {}): Promise<{ code: string; message: string }> => {
    const error: unknown = await complete(call).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isAppError(error)) throw new Error(`no error of ours: ${String(error)}`);
    if (!["prompt_too_long", "request_field_taken"].includes(error.code)) expect(error.message).toContain("My provider");
    expect(JSON.stringify(error.toRecord())).not.toContain(SECRET);
    return { code: error.code, message: error.message };
  };
  const sent = (index = -1) => JSON.stringify(server.requests.at(index)?.body);
  return { server, model, complete, fail, sent };
}

const refuse = (status: number, message: string, headers: Record<string, string> = {}): Answer => ({ status, headers, body: JSON.stringify({ error: { message }, message }) });
/** Fails as given the first time, and is well after that. */
const once = (first: Answer): ProviderServer["answer"] => (_, count) => (count === 1 ? first : { text: "Recovered." });

describe.each(providerKinds)("%s", { concurrent: true }, (kind) => {
  const { capabilities } = providerEntry(kind);

  it("replies, tells its tokens and is cached", async () => {
    const { server, complete } = await open(kind);
    const first = await complete();
    expect(first).toMatchObject({ text: "Hi.", thinking: null, toolCalls: [], finishReason: "stop", truncated: false });
    expect(first.usage).toMatchObject({ promptTokens: 20, completionTokens: 7, cachedTokens: 5 });
    const again = await complete();
    expect([again.text, again.record.cached, again.usage.cachedTokens, server.requests.length]).toEqual(["Hi.", true, 5, 1]);
  });

  it("proves who asks, and asks at its own address", async () => {
    const { server, complete } = await open(kind);
    await complete();
    const { headers = {}, path = "" }: Partial<ProviderRequest> = server.requests[0] ?? {};
    const proof = String(headers.authorization ?? headers["x-api-key"] ?? headers["api-key"] ?? headers["x-goog-api-key"]);
    expect(proof).toMatch(kind === "bedrock" ? /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/bedrock/ : kind === "vertex" ? /^Bearer google-token$/ : new RegExp(`^(Bearer )?${SECRET}$`));
    expect(path).not.toContain("undefined");
    if (kind === "azure-openai") expect(path).toBe("/openai/deployments/stub-model/chat/completions?api-version=2024-10-21");
    if (kind === "vertex") expect(path).toBe("/v1/projects/mine/locations/us-central1/publishers/google/models/stub-model:generateContent");
  });

  it("is told the system prompt and the conversation", async () => {
    const { complete, sent } = await open(kind);
    await complete({ messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "One?" }, { role: "assistant", content: "Two." }, { role: "user", content: "Three?" }] });
    for (const text of ["Be brief.", "One?", "Two.", "Three?"]) expect(sent()).toContain(text);
  });

  it("is told the sampling it knows, and stops where it should either way", async () => {
    const { complete, sent } = await open(kind, () => ({ text: capabilities.stop ? "Hi." : "Hi.END more" }));
    const { text } = await complete({ sampling: { temperature: 0.7, topP: 0.9, maxTokens: 33, stop: ["END"], seed: 424_242 } });
    expect(text).toBe("Hi.");
    expect([sent()].map((body) => [body.includes("0.7"), body.includes("0.9"), body.includes("33"), body.includes("END"), body.includes("424242")])).toEqual([[true, true, true, capabilities.stop, capabilities.seed]]);
  });

  it("is told what a person adds to the request, as a part of what its reply is kept by, and nothing is overridden", async () => {
    const { server, complete, fail, sent } = await open(kind);
    await complete();
    await complete({ sampling: { requestFields: { own_field: { deep: "4711" } } } });
    await complete({ sampling: { requestFields: { own_field: { deep: "4711" } } } });
    expect([server.requests.length, sent().includes('"own_field":{"deep":"4711"}')]).toEqual([2, true]);
    const plain = server.requests[0]?.body ?? {};
    const field = Object.keys(plain).find((name) => typeof plain[name] !== "object" || Array.isArray(plain[name])) ?? "";
    for (const taken of [field, "stream"]) expect(await fail({ sampling: { requestFields: { [taken]: "other" } } })).toMatchObject({ code: "request_field_taken", message: expect.stringContaining(taken) as string });
    expect(server.requests.length).toBe(2);
  });

  it.each<[Partial<Sampling>, "penalties" | "repetitionPenalty" | "logitBias" | "topK" | "minP", string[]]>([
    [{ topK: 37 }, "topK", ["37"]],
    [{ minP: 0.036 }, "minP", ["0.036"]],
    [{ frequencyPenalty: 0.31 }, "penalties", ["0.31"]],
    [{ presencePenalty: 0.32 }, "penalties", ["0.32"]],
    [{ repetitionPenalty: 1.33 }, "repetitionPenalty", ["1.33"]],
    [{ logitBias: { "50256": -34 } }, "logitBias", ["50256", "-34"]],
  ])("is told %j, or says that it has no such thing", async (sampling, capability, parts) => {
    const { server, complete, fail, sent } = await open(kind);
    if (!capabilities[capability]) {
      expect(await fail({ sampling })).toMatchObject({ code: "model_feature_missing" });
      expect(server.requests.length).toBe(0);
      return;
    }
    await complete({ sampling });
    for (const part of parts) expect(sent()).toContain(part);
  });

  it("has its thinking kept apart", async () => {
    const { complete } = await open(kind, () => ({ text: "42", thinking: "Six times seven." }));
    const first = await complete();
    const cached = await complete();
    for (const { text, thinking } of [first, cached]) expect([text, thinking]).toEqual(["42", "Six times seven."]);
  });

  it("calls tools, and is told what they gave, or says that it has none", async () => {
    const extras: CallExtras = { tools: [{ name: "weather", description: "Weather of a place", parameters: { type: "object", properties: { place: { type: "string" } } } }], toolChoice: "required" };
    if (!capabilities.tools) {
      const { server, fail } = await open(kind);
      expect(await fail({ extras })).toMatchObject({ code: "model_feature_missing" });
      expect(server.requests.length).toBe(0);
      return;
    }
    const { complete, sent } = await open(kind, (_, count) => (count === 1 ? { tool: { name: "weather", input: { place: "Oslo" } } } : { text: "Rain." }));
    const { toolCalls, finishReason, text } = await complete({ extras });
    expect([text, finishReason, toolCalls]).toEqual(["", "tool_calls", [{ id: "call_1", name: "weather", arguments: '{"place":"Oslo"}' }]]);
    await complete({ extras, messages: [...ask, { role: "assistant", content: "", toolCalls }, { role: "tool", content: "rainy", toolCallId: "call_1" }] });
    for (const part of ["rainy", "Oslo", "weather"]) expect(sent()).toContain(part);
  });

  it("is handed a JSON schema for its own constrained mode, or says that it has none", async () => {
    const { complete, fail, sent } = await open(kind, () => ({ text: '{"age":3}' }));
    const extras: CallExtras = { responseSchema: { name: "person", schema: { type: "object", properties: { age: { type: "integer" } } } } };
    if (!capabilities.jsonSchema) {
      expect(await fail({ extras })).toMatchObject({ code: "model_feature_missing" });
      return;
    }
    expect((await complete({ extras })).text).toBe('{"age":3}');
    expect(sent().replaceAll("\\", "")).toMatch(/"additionalProperties":false.*"age":\{"type":"integer"\}/);
  });

  it("is shown images, or says that it sees none", async () => {
    const { complete, fail, sent } = await open(kind);
    const messages: ChatMessage[] = [{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image", url: "data:image/png;base64,iVBORw0KGgo=" }] }];
    if (!capabilities.images) {
      expect(await fail({ messages })).toMatchObject({ code: "model_feature_missing" });
      return;
    }
    await complete({ messages });
    expect(sent()).toContain("iVBORw0KGgo=");
    expect(sent()).toContain("What is it?");
  });

  it("embeds texts in their order, each cached, or says that it does not", async () => {
    const { server, model } = await open(kind);
    const embed = (texts: string[]) => client.embed({ model, texts, options: { dimensions: null, purpose: "document", truncate: false }, signal });
    if (!capabilities.embeddings) {
      await expect(embed(["a"])).rejects.toMatchObject({ code: "model_feature_missing" });
      return;
    }
    const { values: vectors } = await embed(["a", "bbb", "a"]);
    expect(vectors.map((vector) => [...vector])).toEqual([[1, 0.5, -1], [3, 0.5, -1], [1, 0.5, -1]]);
    const again = await embed(["bbb", "cc"]);
    expect([again.cached, ...again.values.map((vector) => vector[0])]).toEqual([1, 3, 2]);
    expect(server.requests.length).toBe(2);
  });

  it("lists its models, where it has a list", async () => {
    const { model } = await open(kind);
    const models = await listRemoteModels(model.endpoint, { timeoutMs: 1000, signal });
    expect(models?.names ?? null).toEqual(kind === "azure-openai" || kind === "ai21" ? null : ["stub-model"]);
  });

  it("that asks to slow down is asked again, with and without a time", async () => {
    const timed = await open(kind, once(refuse(429, "Slow down", { "retry-after": "0.2" })));
    expect(await timed.complete()).toMatchObject({ text: "Recovered.", record: { attempts: 2 } });
    const untimed = await open(kind, once(refuse(429, "Slow down")));
    expect(await untimed.complete()).toMatchObject({ text: "Recovered.", record: { attempts: 2 } });
  });

  it("that fails for a moment is asked again", async () => {
    const { complete } = await open(kind, once(refuse(500, "Oops")));
    expect(await complete()).toMatchObject({ text: "Recovered.", record: { attempts: 2 } });
  });

  it.each([
    [401, `Wrong key ${SECRET}`, "model_key_refused"],
    [403, "Not allowed", "model_key_refused"],
    [404, "No such model", "model_not_found"],
    [402, "No credit", "model_credit_exhausted"],
    [429, "You exceeded your current quota (insufficient_quota)", "model_credit_exhausted"],
    [400, "The prompt is too long: 9000 tokens", "prompt_too_long"],
    [400, "Something is off", "model_request_refused"],
    [400, "The response was filtered by the content_filter", "model_content_filtered"],
  ])("answers %i “%s” as %s, asked once", async (status, said, code) => {
    const { server, fail } = await open(kind, () => refuse(status, said));
    expect((await fail()).code).toBe(code);
    expect(server.requests.length).toBe(1);
  });

  it("that refuses, or whose filter does, fails the row", async () => {
    const { server, fail } = await open(kind, () => ({ finish: "filter" }));
    expect(await fail()).toMatchObject({ code: "model_content_filtered" });
    expect(server.requests.length).toBe(1);
  });

  it("whose reply the token limit cut says so; one cut before any answer is an error", async () => {
    const cut = await open(kind, () => ({ text: "Once upon", finish: "length" }));
    expect(await cut.complete()).toMatchObject({ text: "Once upon", finishReason: "length", truncated: true });
    const silent = await open(kind, () => ({ text: "", finish: "length" }));
    expect(await silent.fail()).toMatchObject({ code: "model_reply_cut" });
  });

  it.each<[string, Answer, string, number?]>([
    ["HTML", { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }, "model_reply_invalid"],
    ["garbage JSON", { status: 200, body: '{"a": ' }, "model_reply_invalid"],
    ["other JSON", { status: 200, body: '{"hello": 1}' }, "model_reply_invalid"],
    ["no choice at all", { empty: true }, "model_reply_empty", 2],
    ["an empty text", { text: "" }, "model_reply_empty", 2],
    ["a blank text", { text: " \n" }, "model_reply_empty", 2],
    ["half an answer", { text: "Half", finish: "error" }, "model_reply_unfinished", 3],
    ...(capabilities.tools ? [["a call of a tool that was not offered", { tool: { name: "search", input: { q: "x" } } }, "model_tools_unasked", 1] as [string, Answer, string, number]] : []),
  ])("that answers %s fails after some attempts, and nothing is kept of it", async (_, answer, code, attempts = 5) => {
    const { server, complete, fail } = await open(kind, (_request, count) => (count <= attempts ? answer : { text: "Whole." }));
    expect((await fail()).code).toBe(code);
    expect(server.requests.length).toBe(attempts);
    expect((await complete()).text).toBe("Whole.");
  });

  it("that cuts the connection in mid-body cannot be reached", async () => {
    const cut: Answer = (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"choices": [', () => response.destroy());
    };
    const { server, fail } = await open(kind, () => cut);
    expect((await fail()).code).toBe("model_unreachable");
    expect(server.requests.length).toBe(2);
  });

  it("that never answers runs into the time limit", async () => {
    const hasty = createModelClient({ pool: engine.resources.database.pool, workerId: "conformance", staleSeconds: 15, timeoutMs: 400, firstWaitMs: 5 });
    opened.push(hasty);
    const { server, model } = await open(kind, () => () => undefined);
    await expect(hasty.complete({ model, messages: ask, sampling: plainSampling, sample: 0, signal })).rejects.toMatchObject({ code: "model_timeout" });
    expect(server.requests.length).toBe(5);
  });

  it("that answers 50 MB is not read to the end", async () => {
    const flood: Answer = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const piece = "x".repeat(1024 * 1024);
      let left = 50;
      const more = (): void => {
        if (left-- > 0) response.write(piece, more);
        else response.end();
      };
      more();
    };
    const { server, fail } = await open(kind, () => flood);
    expect((await fail()).code).toBe("model_reply_too_large");
    expect(server.requests.length).toBe(1);
  });

  it("that refuses a parameter is asked without it, and not asked with it again", async () => {
    const answer: ProviderServer["answer"] = ({ body }) => (/"temperature":/.test(JSON.stringify(body)) ? refuse(400, "Unsupported parameter: 'temperature' is not supported with this model.") : { text: "Hi." });
    const { server, complete } = await open(kind, answer);
    expect((await complete({ sampling: { temperature: 0.5 } })).text).toBe("Hi.");
    await complete({ sampling: { temperature: 0.6 } });
    expect(server.requests.length).toBe(3);
  });
});
