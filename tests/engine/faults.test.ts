import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, inject, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import { killHard, startWorkerProcess } from "@/tests/support/worker-process";

const CONCURRENCY = 16;
const ROWS = 400;

let engine: TestEngine;
let chat: ChatServer;
let workers: ChildProcess[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
});
beforeEach(async () => {
  chat = await startChatServer(async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 25));
    return `answer to ${call.body.messages[0]?.content ?? ""}`;
  });
});
afterEach(async () => {
  for (const worker of workers) if (worker.exitCode === null && worker.signalCode === null) await killHard(worker);
  workers = [];
  await chat.close();
});
afterAll(async () => {
  await engine.close();
});

async function addWorker(): Promise<ChildProcess> {
  const worker = await startWorkerProcess(engine.env);
  workers.push(worker);
  return worker;
}

async function startPrompts(): Promise<string> {
  const id = `connection_${String(Math.random()).slice(2)}`;
  await engine.resources.database.prisma.connection.create({ data: { id, name: "Stub", provider: "openai-compatible", baseUrl: chat.url, concurrency: CONCURRENCY } });
  const rows = Array.from({ length: ROWS }, (_, row) => [`question ${String(row)}`]);
  const document = makeDocument(
    {
      table: { step: "type-table", params: { table: { columns: [{ name: "question", type: "text" }], rows } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: { connection: id, model: "m" }, prompt: "{question}" } },
    },
    ["table.output>ask.input"],
  );
  return engine.start(document);
}

async function expectWholeAndInOrder(runId: string): Promise<void> {
  const rows = await engine.readRows(runId, "ask");
  expect(rows.map((row) => row.question)).toEqual(Array.from({ length: ROWS }, (_, row) => `question ${String(row)}`));
  expect(rows.every((row) => row.generations === `answer to ${String(row.question)}`)).toBe(true);
}

describe("a worker killed in mid-run", () => {
  it("is replaced, no row is lost or doubled, and at most the calls in flight are repeated", async () => {
    const first = await addWorker();
    const runId = await startPrompts();
    await expect.poll(() => chat.calls.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(ROWS / 3);
    await killHard(first);
    await addWorker();
    await engine.waitUntilDone(runId, 40);
    await expectWholeAndInOrder(runId);
    expect(chat.calls.length).toBeLessThanOrEqual(ROWS + CONCURRENCY);
  });

  it("is outlived by another, which takes over when the lease ends", async () => {
    const first = await addWorker();
    await addWorker();
    const runId = await startPrompts();
    await expect.poll(() => chat.calls.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(ROWS / 3);
    await killHard(first);
    await engine.waitUntilDone(runId, 60);
    await expectWholeAndInOrder(runId);
    expect(chat.calls.length).toBeLessThanOrEqual(ROWS + CONCURRENCY);
  });

  it("that is asked to stop gives its work back and repeats nothing that was answered", async () => {
    const first = await addWorker();
    const runId = await startPrompts();
    await expect.poll(() => chat.calls.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(ROWS / 3);
    const stoppedAt = Date.now();
    const ended = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGTERM");
    await ended;
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    await addWorker();
    await engine.waitUntilDone(runId, 40);
    await expectWholeAndInOrder(runId);
  });
});

describe("two workers", () => {
  it("share the concurrency of a connection", async () => {
    await addWorker();
    await addWorker();
    const runId = await startPrompts();
    await engine.waitUntilDone(runId, 40);
    await expectWholeAndInOrder(runId);
    expect(chat.calls.length).toBe(ROWS);
    // A worker that starts calling counts the others at its first sync; until theirs, both may hold the whole.
    expect(chat.inFlight.most).toBeLessThanOrEqual(2 * CONCURRENCY);
  });
});

describe("an emptied queue", () => {
  it("loses nothing: the jobs are made again from Postgres", async () => {
    const runId = await startPrompts();
    await engine.resources.database.pool.query("TRUNCATE bullmq.job CASCADE").catch(async () => {
      const { rows } = await engine.resources.database.pool.query<{ table_name: string }>("SELECT table_name FROM information_schema.tables WHERE table_schema = 'bullmq'");
      throw new Error(`tables: ${rows.map((row) => row.table_name).join(", ")}`);
    });
    await engine.resources.database.pool.query("UPDATE chunk SET enqueued_at = now() - interval '1 minute' WHERE state = 'queued'");
    await addWorker();
    await engine.waitUntilDone(runId, 40);
    await expectWholeAndInOrder(runId);
  });
});

describe("the database server", () => {
  it("may drop every connection at any time", async () => {
    expect(inject("postgresUrl")).toContain("postgresql://");
    const worker = await addWorker();
    const runId = await startPrompts();
    const drop = setInterval(() => {
      void engine.resources.database.pool
        .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND random() < 0.5")
        .catch(() => undefined);
    }, 120);
    try {
      await engine.waitUntilDone(runId, 60);
    } finally {
      clearInterval(drop);
    }
    expect(worker.exitCode).toBeNull();
    await expectWholeAndInOrder(runId);
  });
});
