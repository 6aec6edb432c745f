import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import { createModelClient, type ModelClient } from "@/lib/llm/model-client";
import { openKind } from "@/tests/support/provider-kinds";
import { startProviderServer, type ProviderServer } from "@/tests/support/provider-server";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let client: ModelClient;
const opened: ProviderServer[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  client = createModelClient({ pool: engine.resources.database.pool, workerId: "pool", staleSeconds: 15, timeoutMs: 4000, firstWaitMs: 5 });
});
afterAll(async () => {
  client.close();
  await Promise.all(opened.map((server) => server.close()));
  await engine.close();
});

const signal = new AbortController().signal;
const sampling = { temperature: null, topP: null, maxTokens: null, stop: [], seed: null };
const slowly: ProviderServer["answer"] = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { text: "Hi." };
};

async function openPool(concurrencies: number[]): Promise<{ servers: ProviderServer[]; model: ResolvedModel; ask: (count: number, from?: number) => Promise<string[]> }> {
  const servers = await Promise.all(concurrencies.map(() => startProviderServer(slowly)));
  opened.push(...servers);
  const [first, ...others] = servers.map(({ url }, index) => openKind("openai-compatible", url, { concurrency: concurrencies[index] ?? 1, unreachableAttempts: 3 }));
  if (!first) throw new Error("a pool has servers");
  const model = { ...first, others };
  const ask = (count: number, from = 0) =>
    Promise.all(Array.from({ length: count }, async (_, index) => (await client.complete({ model, messages: [{ role: "user", content: `Number ${String(from + index)}` }], sampling, sample: 0, signal })).text));
  return { servers, model, ask };
}

const counts = (servers: ProviderServer[]): number[] => servers.map(({ requests }) => requests.length);

describe("a pool", () => {
  it("gives each server calls in proportion to what it takes at once", async () => {
    const { servers, ask } = await openPool([2, 4, 8]);
    await ask(140);
    const [small = 0, middle = 0, large = 0] = counts(servers);
    expect(small + middle + large).toBe(140);
    expect(Math.abs(small - 20)).toBeLessThanOrEqual(6);
    expect(Math.abs(middle - 40)).toBeLessThanOrEqual(8);
    expect(Math.abs(large - 80)).toBeLessThanOrEqual(12);
  });

  it("goes on without a server that is down, and loses no call", async () => {
    const { servers, ask } = await openPool([4, 4]);
    await servers[0]?.close();
    expect(await ask(40)).toEqual(Array.from({ length: 40 }, () => "Hi."));
    expect(counts(servers)).toEqual([0, 40]);
  });

  it("goes on without a server that refuses its key, has not the model or asks to slow down", async () => {
    for (const status of [401, 404, 429, 500]) {
      const { servers, ask } = await openPool([4, 4]);
      const [bad] = servers;
      if (bad) bad.answer = () => ({ status, headers: { "retry-after": "1" }, body: JSON.stringify({ error: { message: "No." } }) });
      expect(await ask(20, status)).toEqual(Array.from({ length: 20 }, () => "Hi."));
      expect(servers[1]?.requests.length).toBe(20);
    }
  });

  it("uses a server again once it is back", async () => {
    const { servers, ask } = await openPool([4, 4]);
    const [bad] = servers;
    if (bad) bad.answer = () => ({ status: 500, body: "{}" });
    await ask(8);
    if (bad) bad.answer = slowly;
    const before = bad?.requests.length ?? 0;
    // It is kept away from for a second or two; then it takes its half again.
    let from = 100;
    const askMore = async () => {
      await ask(1, from++);
      return bad?.requests.length ?? 0;
    };
    await expect.poll(askMore, { timeout: 10_000, interval: 20 }).toBeGreaterThan(before);
    const back = bad?.requests.length ?? 0;
    await ask(20, 1000);
    expect((bad?.requests.length ?? 0) - back).toBeGreaterThanOrEqual(8);
  });

  it("says what is wrong when all are down", async () => {
    const { servers, ask } = await openPool([1, 1]);
    for (const server of servers) server.answer = () => ({ status: 401, body: JSON.stringify({ error: { message: "No." } }) });
    await expect(ask(1)).rejects.toMatchObject({ code: "model_key_refused" });
  });

  it("keeps its replies when a server is added in front of the others", async () => {
    const { servers, model } = await openPool([2, 2]);
    const call = { messages: [{ role: "user" as const, content: "Kept?" }], sampling, sample: 0, signal };
    await client.complete({ model, ...call });
    const added = model.others?.[0];
    if (!added) throw new Error("no second server");
    const { record } = await client.complete({ model: { ...added, identity: model.identity, others: [model] }, ...call });
    expect([record.cached, counts(servers).reduce((sum, count) => sum + count)]).toEqual([true, 1]);
  });
});
