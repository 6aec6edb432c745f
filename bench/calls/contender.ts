/**
 * Makes the calls without the engine, in a process of its own: `contender.ts undici|client <base url> <calls> <concurrency> <salt>`.
 * `client` is Reverie's model client with its cache in Postgres (`DATABASE_URL`), limiter and retries; `undici` is its bare pool.
 * Prints a line of JSON: seconds, CPU milliseconds, wrong answers.
 */
import { Pool as PostgresPool } from "pg";
import { Agent, request } from "undici";
import { createModelClient } from "@/lib/llm/model-client";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import { expectedAnswer, makePrompt } from "./prompts";

const [kind, baseUrl = "", calls = "0", concurrency = "1", salt = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
type Ask = (prompt: string) => Promise<string>;

function openUndici(): { ask: Ask; close: () => Promise<void> } {
  const dispatcher = new Agent({ connections: Number(concurrency), pipelining: 1 });
  return {
    async ask(prompt) {
      const reply = await request(`${baseUrl}/chat/completions`, {
        method: "POST",
        dispatcher,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "m", messages: [{ role: "user", content: prompt }] }),
      });
      const parsed = (await reply.body.json()) as { choices: { message: { content: string } }[] };
      return parsed.choices[0]?.message.content ?? "";
    },
    close: () => dispatcher.close(),
  };
}

async function openClient(): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const pool = new PostgresPool({ connectionString: process.env.DATABASE_URL, max: 20 });
  await pool.query("INSERT INTO worker_process (id, kind, pid, host, heartbeat_at) VALUES ($1, 'worker', $2, 'bench', now() + interval '1 hour') ON CONFLICT (id) DO NOTHING", [salt, process.pid]);
  const client = createModelClient({ pool, workerId: salt, staleSeconds: 15 });
  const model: ResolvedModel = {
    endpoint: { id: salt, name: "Stub", provider: "openai-compatible", baseUrl, secrets: {}, settings: {}, concurrency: Number(concurrency), requestsPerMinute: null, tokensPerMinute: null, unreachableAttempts: 1, prices: new Map() },
    model: "m",
    identity: { provider: "openai-compatible", baseUrl, model: "m" },
  };
  const sampling = { temperature: null, topP: null, maxTokens: null, stop: [], seed: null };
  return {
    ask: async (prompt) => (await client.complete({ model, messages: [{ role: "user", content: prompt }], sampling, sample: 0, signal })).text,
    async close() {
      client.close();
      await pool.query("DELETE FROM worker_process WHERE id = $1", [salt]);
      await pool.end();
    },
  };
}

const { ask, close } = kind === "client" ? await openClient() : openUndici();
let next = 0;
let wrong = 0;
const total = Number(calls);
const cpu = process.cpuUsage();
const start = performance.now();
const lanes = Array.from({ length: 2 * Number(concurrency) }, async () => {
  while (next < total) {
    const row = next++;
    if ((await ask(makePrompt(salt, row))) !== expectedAnswer(salt, row)) wrong += 1;
  }
});
await Promise.all(lanes);
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(`result ${JSON.stringify({ seconds, cpuMs: (user + system) / 1000, wrong })}`);
await close();
process.exit(0);
