import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import type { Endpoint } from "./endpoint";
import { createLimiter } from "./limiter";

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

it("lets calls of different runs in by turns, and forgets those that were called off", async () => {
  const limiter = createLimiter(engine.resources.database.pool, "limiter-test");
  const endpoint = { id: "turns", concurrency: 1, requestsPerMinute: null, tokensPerMinute: null } as Endpoint;
  const order: string[] = [];
  const calledOff = new AbortController();
  const call = async (lane: string, name: string, signal = new AbortController().signal): Promise<void> => {
    const leave = await limiter.enter(endpoint, { lane, tokens: 1 }, signal);
    order.push(name);
    leave();
  };
  const first = await limiter.enter(endpoint, { lane: "a", tokens: 1 }, new AbortController().signal);
  const calls = ["a1", "a2", "a3", "a4", "b1", "b2", "c1"].map((name) => call(name.slice(0, 1), name));
  const off = call("b", "never", calledOff.signal);
  calledOff.abort(new Error("off"));
  await expect(off).rejects.toThrow("off");
  first();
  await Promise.all(calls);
  limiter.close();
  expect(order).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
});
