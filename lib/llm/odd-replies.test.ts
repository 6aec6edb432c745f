import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "@/lib/core/app-error";
import type { CallOptions } from "@/lib/llm/model-client";
import { createModelClient, type ModelClient } from "@/lib/llm/model-client";
import { openKind } from "@/tests/support/provider-kinds";
import { startProviderServer, type Answer, type ProviderServer } from "@/tests/support/provider-server";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let client: ModelClient;
const opened: ProviderServer[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  client = createModelClient({ pool: engine.resources.database.pool, workerId: "odd", staleSeconds: 15, timeoutMs: 4000, firstWaitMs: 1 });
});
afterAll(async () => {
  client.close();
  await Promise.all(opened.map((one) => one.close()));
  await engine.close();
});

const signal = new AbortController().signal;
const message = (changed: object = {}) => ({ choices: [{ index: 0, message: { role: "assistant", content: "Hi.", ...changed }, finish_reason: "stop" }], usage: { prompt_tokens: 20, completion_tokens: 7 } });
const body = (json: unknown, status = 200): Answer => ({ status, body: typeof json === "string" ? json : JSON.stringify(json) });
const raw = (bytes: Buffer, headers: Record<string, string> = {}): Answer => (response) => {
  response.writeHead(200, { "content-type": "application/json", ...headers });
  response.end(bytes);
};

async function open(answer: Answer) {
  const server = await startProviderServer(() => answer);
  opened.push(server);
  const model = openKind("openai-compatible", server.url);
  const wasted: number[] = [];
  const call: CallOptions = {
    model,
    messages: [{ role: "user", content: "Hello?" }],
    sampling: { temperature: 0, topP: null, maxTokens: null, stop: [], seed: null },
    sample: 0,
    signal,
    onWasted: ({ completionTokens }) => void wasted.push(completionTokens),
  };
  return { server, model, call, wasted };
}

async function fail(answer: Answer) {
  const { server, call, wasted } = await open(answer);
  const error: unknown = await client.complete(call).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isAppError(error)) throw new Error(`no error of ours: ${String(error)}`);
  return { code: error.code, message: error.message, requests: server.requests.length, wasted };
}

describe("a reply that is no answer says what it is", () => {
  it.each<[string, Answer, string, RegExp]>([
    ["an error as text (LM Studio without /v1)", body({ error: "Unexpected endpoint or method. (POST /chat/completions)" }), "model_not_found", /Unexpected endpoint or method.*/],
    ["a detail", body({ detail: "the queue is full" }), "model_server_error", /the queue is full/],
    ["a message", body({ message: "no capacity", object: "error" }), "model_server_error", /no capacity/],
    ["an error with its status", body({ error: { code: 400, message: "bad prompt" } }), "model_request_refused", /bad prompt/],
    ["an error beside empty choices", body({ error: { code: 402, message: "no credit left" }, choices: [] }), "model_credit_exhausted", /no credit left/],
    ["an error of its choice", body({ choices: [{ error: { code: 502, message: "upstream died" }, message: { content: "The first half of the answ" }, finish_reason: "error" }] }), "model_server_error", /upstream died/],
    ["an end that is no end", body({ choices: [{ message: { content: "The first half of the answ" }, finish_reason: "error" }] }), "model_reply_unfinished", /“error”.*The first half/],
    ["an aborted one", body({ choices: [{ message: { content: "The first" }, finish_reason: "abort" }] }), "model_reply_unfinished", /“abort”/],
    ["tools that nobody offered", body(message({ content: null, tool_calls: [{ id: "1", type: "function", function: { name: "search", arguments: '{"q":1}' } }] })), "model_tools_unasked", /search\(\{"q":1\}\)/],
    ["a blank", body(message({ content: " \n\t" })), "model_reply_empty", /no text/],
    ["another place", { status: 301, headers: { location: "https://other.example/v1/chat/completions" }, body: "<html>Moved</html>" }, "model_redirected", /https:\/\/other\.example\/v1/],
    ["a closed region", body({ error: { code: "unsupported_country_region_territory", message: "Country, region, or territory not supported" } }, 403), "model_access_denied", /Country, region/],
    ["a web page", body("<!DOCTYPE html><title>Sign in</title>"), "model_reply_invalid", /web page/],
    ["nothing", body(""), "model_reply_invalid", /empty/],
    ["what is not JSON", body('{"choices": [}'), "model_reply_invalid", /not JSON \(/],
    ["a stream of another kind", body("event: ping\ndata: hello\n\n"), "model_reply_invalid", /stream/],
    ["a stream that broke off", body('data: {"choices":[{"delta":{"content":"Ha"}}]}\n\n'), "model_reply_unfinished", /connection_lost/],
    ["letters in no encoding", raw(Buffer.from(JSON.stringify(message({ content: "café" })), "latin1")), "model_reply_invalid", /not UTF-8/],
    ["bytes", raw(Buffer.from([0, 1, 2, 0xff, 0xfe, 0, 0x7b])), "model_reply_invalid", /UTF-8/],
    ["bytes and signs that a database cannot keep", body("\0\ud800 oops", 500), "model_server_error", /oops/],
  ])("%s", async (_, answer, code, said) => {
    const failed = await fail(answer);
    expect(failed.code).toBe(code);
    expect(failed.message).toMatch(said);
    expect(failed.message).not.toMatch(/\0|[\ud800-\udfff](?![\udc00-\udfff])/);
  });

  it("is asked for again a few times at most, and each reply that was paid for is told of", async () => {
    const blank = await fail(body(message({ content: "" })));
    expect([blank.requests, blank.wasted]).toEqual([2, [7, 7]]);
    const half = await fail(body({ ...message(), choices: [{ message: { content: "Half" }, finish_reason: "error" }] }));
    expect([half.requests, half.wasted]).toEqual([3, [7, 7, 7]]);
  });
});

describe("a reply that is an answer is read", () => {
  const stream = (...chunks: unknown[]): string => chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + "data: [DONE]\n\n";
  it.each<[string, Answer, string, number?]>([
    ["with an empty refusal beside it", body(message({ refusal: "" })), "Hi."],
    ["with its usage as text", body({ ...message(), usage: { prompt_tokens: "20", completion_tokens: "7" } }), "Hi.", 7],
    ["with its usage as fractions", body({ ...message(), usage: { prompt_tokens: 19.6, completion_tokens: 3.5 } }), "Hi.", 4],
    ["with a usage that is none", body({ ...message(), usage: "unknown" }), "Hi.", 0],
    ["with NaN in its log-probabilities", body(JSON.stringify(message()).replace('"index":0', '"logprobs":{"content":[{"logprob":NaN},{"logprob":-Infinity}]}')), "Hi.", 7],
    ["with NaN in its text", body(JSON.stringify(message({ content: "NaN is not Infinity" })).replace('"index":0', '"logprob":NaN')), "NaN is not Infinity"],
    ["with raw line breaks", body(JSON.stringify(message({ content: "a@b" })).replace("@", "\n")), "a\nb"],
    ["behind a byte order mark", body(`\ufeff${JSON.stringify(message())}`), "Hi."],
    ["as a stream that was not asked for", body(stream({ choices: [{ delta: { role: "assistant", content: "Hel" } }] }, { choices: [{ delta: { content: "lo." }, finish_reason: "stop" }] }, { choices: [], usage: { completion_tokens: 9 } })), "Hello.", 9],
    ["packed without a word", raw(gzipSync(JSON.stringify(message()))), "Hi.", 7],
    ["packed as it says", raw(gzipSync(JSON.stringify(message())), { "content-encoding": "gzip" }), "Hi."],
    ["in the encoding that it names", raw(Buffer.from(JSON.stringify(message({ content: "café" })), "latin1"), { "content-type": "application/json; charset=iso-8859-1" }), "café"],
    ["with an empty finish reason", body({ choices: [{ message: { content: "Hi." }, finish_reason: "" }] }), "Hi."],
    ["with a stray call beside its text", body(message({ tool_calls: [{ id: "1", function: { name: "x", arguments: "{}" } }] })), "Hi."],
    ["with signs that a database cannot keep", body(message({ content: "a\0b\ud800c" })), "a\ufffdb\ufffdc"],
  ])("%s", async (_, answer, text, tokens) => {
    const { call, server } = await open(answer);
    const first = await client.complete(call);
    const kept = await client.complete(call);
    expect([first.text, kept.text, kept.record.cached, server.requests.length]).toEqual([text, text, true, 1]);
    if (tokens !== undefined) expect(first.usage.completionTokens).toBe(tokens);
  });

  it("says which lengths the vectors have that do not fit each other", async () => {
    const server = await startProviderServer(() => ({ text: "" }));
    opened.push(server);
    const model = openKind("openai-compatible", server.url);
    const embed = (texts: string[]) => client.embed({ model, texts, options: { dimensions: null, purpose: "document", truncate: false }, signal });
    server.vectorOf = (text) => Array.from({ length: text.length }, () => 1);
    await expect(embed(["ab", "abc"])).rejects.toMatchObject({ code: "model_reply_invalid", message: expect.stringMatching(/different lengths: 2, 3/) as string });
  });
});
