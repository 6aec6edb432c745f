import { afterAll, beforeAll, expect, it } from "vitest";
import { cancelRun } from "@/lib/engine/cancel-run";
import { resumeRun } from "@/lib/engine/pause-run";
import { listPickableModels } from "@/lib/models/trained-models";
import { readTuning } from "@/lib/models/tunings";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import { addEvent, startTuningServer, succeed, type ServedJob, type TuningServer } from "@/tests/support/tuning-server";
import { killHard, startWorkerProcess } from "@/tests/support/worker-process";

const ROWS = 12;
/** US dollars a million tokens; the server counts 1,000 tokens trained on. */
const PRICE = 25;
let engine: TestEngine;
const servers: TuningServer[] = [];

beforeAll(async () => {
  engine = await openTestEngine({ env: { BATCH_POLL_SECONDS: 0.2 } });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await engine.close();
});

async function connect(): Promise<{ server: TuningServer; connection: string }> {
  const server = await startTuningServer();
  servers.push(server);
  const connection = `tuning-${String(servers.length)}`;
  await engine.resources.database.prisma.connection.create({ data: { id: connection, name: "Tuner", provider: "openai", baseUrl: server.url, models: [{ id: "base" }] } });
  return { server, connection };
}

const textTable = (names: string[], rows: string[][]) => ({ step: "type-table", params: { table: { columns: names.map((name) => ({ name, type: "text" })), rows } } });
const numbers = (count: number) => Array.from({ length: count }, (_, row) => row);

interface Drawing {
  params?: Record<string, unknown>;
  rows?: string[][];
  validation?: string[][];
}

/** Rows, a tuning on them, and a step that asks the model that comes out. */
function draw(connection: string, { params = {}, rows = numbers(ROWS).map((row) => [`What is ${String(row)}?`, `It is ${String(row)}.`]), validation }: Drawing = {}): WorkflowDocument {
  const tune = { ...stepDefinitions["fine-tune-at-provider"].defaults, model: { connection, model: "base" }, promptColumn: "q", completionColumn: "a", suffix: "mine", trainingPrice: PRICE, ...params };
  const nodes = {
    rows: textTable(["q", "a"], rows),
    tune: { step: "fine-tune-at-provider", params: tune },
    asked: textTable(["q"], [["Who are you?"]]),
    ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, prompt: "{q}", model: { connection, model: "base" } } },
    ...(validation && { checked: textTable(["q", "a"], validation) }),
  };
  return makeDocument(nodes, ["rows.output>tune.train", "tune.model>ask.model", "asked.output>ask.input", ...(validation ? ["checked.output>tune.validation"] : [])]);
}

const start = (document: WorkflowDocument, budgetMicros: number | null = null) => engine.start(document, { budgetMicros });
const stepOf = async (runId: string, node = "tune") => (await readRun(engine.resources, runId)).steps.find(({ nodeId }) => nodeId === node);
const tuningOf = async (runId: string) => readTuning(engine.resources, (await stepOf(runId))?.fingerprint ?? "");
const linesOf = (text: string): unknown[] => text.trim().split("\n").map((line) => JSON.parse(line) as unknown);

it("makes a model that the next step asks and its connection names, and is on the bill", async () => {
  const worker = await engine.startWorker();
  const { server, connection } = await connect();
  const sent: { name: string; text: string }[] = [];
  server.onMade = (what) => {
    if (what === "file") sent.splice(0, sent.length, ...server.files.values());
  };
  const rows = [...numbers(ROWS).map((row) => [`What is ${String(row)}?`, `It is ${String(row)}.`]), ["Nothing?", ""]];
  const runId = await start(draw(connection, { rows, validation: [["What is 99?", "It is 99."], ["", "x"]], params: { systemPrompt: "Count.", epochs: 2 } }));
  await engine.waitUntilDone(runId, 30);
  await worker.close();

  const [job] = server.jobs;
  expect(job?.body).toMatchObject({ model: "base", suffix: "mine", seed: 42, method: { type: "supervised", supervised: { hyperparameters: { n_epochs: 2, batch_size: "auto", learning_rate_multiplier: "auto" } } } });
  expect(linesOf(sent[0]?.text ?? "")).toEqual(numbers(ROWS).map((row) => ({ messages: [{ role: "system", content: "Count." }, { role: "user", content: `What is ${String(row)}?` }, { role: "assistant", content: `It is ${String(row)}.` }] })));
  expect(linesOf(sent[1]?.text ?? "")).toHaveLength(1);
  expect(server.deleted.sort()).toEqual([job?.body.training_file, job?.body.validation_file].sort());

  const model = `ft:base:org:mine:${job?.id ?? ""}`;
  expect(await engine.readRows(runId, "ask")).toMatchObject([{ generations: `I am ${model}` }]);
  expect((await listPickableModels(engine.resources)).filter(({ ref }) => ref.connection === connection).map(({ ref }) => ref.model)).toEqual(["base", model]);
  expect((await engine.readResult(runId, "tune")).outputs).toMatchObject({ models: { model: { ref: { connection, model } } }, issues: { rejected: 2 }, files: [{ name: "train.jsonl" }, { name: "validation.jsonl" }] });
  expect(await stepOf(runId)).toMatchObject({ costMicros: PRICE * 1000, rejected: 2 });
  const told = await tuningOf(runId);
  expect(told).toMatchObject({ state: "done", trainRows: ROWS, validationRows: 1, trainedTokens: 1000, costMicros: PRICE * 1000, tunedModel: model });
  expect(told.metrics).toEqual([
    { step: 1, kind: "train", values: { loss: 1, mean_token_accuracy: 0.5 } },
    { step: 2, kind: "train", values: { loss: 0.5, mean_token_accuracy: 0.5 } },
    { step: 2, kind: "eval", values: { loss: 0.6 } },
  ]);
  expect(told.events.map(({ message }) => message)).toEqual(expect.arrayContaining(["The job has successfully completed", "Created fine-tuning job: ftjob-1"]));
});

it("prefers the better of two answers by DPO, upon a model tuned before", async () => {
  const worker = await engine.startWorker();
  const { server, connection } = await connect();
  const document = draw(connection, { params: { suffix: "" } });
  const pairs = numbers(ROWS).map((row) => [`Which? ${String(row)}`, "this", "that"]);
  const prefer = { ...stepDefinitions["fine-tune-at-provider"].defaults, model: { connection, model: "base" }, method: "dpo", promptColumn: "q", chosenColumn: "good", rejectedColumn: "bad", beta: 0.2 };
  const both = makeDocument(
    { ...Object.fromEntries(document.nodes.map(({ id, step, params }) => [id, { step, params }])), pairs: textTable(["q", "good", "bad"], pairs), prefer: { step: "fine-tune-at-provider", params: prefer } },
    ["rows.output>tune.train", "tune.model>prefer.model", "pairs.output>prefer.train", "prefer.model>ask.model", "asked.output>ask.input"],
  );
  const texts: string[] = [];
  server.onMade = (what) => {
    if (what === "file") texts.push([...server.files.values()].at(-1)?.text ?? "");
  };
  await engine.waitUntilDone(await start(both), 30);
  await worker.close();
  expect(server.jobs.map(({ body }) => body.model)).toEqual(["base", "ft:base:org::ftjob-1"]);
  expect(server.jobs[1]?.body.method).toEqual({ type: "dpo", dpo: { hyperparameters: { n_epochs: "auto", batch_size: "auto", learning_rate_multiplier: "auto", beta: 0.2 } } });
  expect(linesOf(texts[1] ?? "")[0]).toEqual({ input: { messages: [{ role: "user", content: "Which? 0" }] }, preferred_output: [{ role: "assistant", content: "this" }], non_preferred_output: [{ role: "assistant", content: "that" }] });
  expect(server.prompted).toEqual(["ft:base:org::ftjob-2"]);
});

it("waits while the provider is busy or broken, and says so", async () => {
  const worker = await engine.startWorker();
  const { server, connection } = await connect();
  const faults = [{ status: 429, body: { error: { message: "Slow down." } } }, { status: 500, body: { error: { message: "Oops." } } }];
  // Of each way of asking, the first two times.
  const asked = new Map<string, number>();
  server.fault = (method, path) => {
    const kind = `${method} ${path.replace(/ftjob-\d+|\?.*/g, "")}`;
    const times = asked.get(kind) ?? 0;
    asked.set(kind, times + 1);
    return method !== "DELETE" && !path.endsWith("/chat/completions") ? (faults[times] ?? null) : null;
  };
  const runId = await start(draw(connection));
  await expect.poll(async () => (await tuningOf(runId).catch(() => null))?.error?.code, { timeout: 10_000, interval: 50 }).toBe("model_rate_limited");
  await engine.waitUntilDone(runId, 40);
  await worker.close();
  expect(server.jobs).toHaveLength(1);
  expect((await tuningOf(runId)).error).toBeNull();
});

type Fault = ReturnType<TuningServer["fault"]>;
const refuse = (path: string, status: number, error: Record<string, string>) => (method: string, asked: string): Fault => (method === "POST" && asked === path ? { status, body: { error } } : null);
const takeAll = (): Fault => null;
function failJob(job: ServedJob): void {
  Object.assign(job, { status: "failed", error: { code: "invalid_training_file", message: "Line 3 is not a conversation.", param: "training_file" } });
}

it.each([
  { what: "the job", fault: takeAll, proceed: failJob, code: "tuning_failed", detail: "Line 3 is not a conversation. (invalid_training_file) [training_file]" },
  { what: "the hyperparameters", fault: refuse("/v1/fine_tuning/jobs", 400, { message: "n_epochs must be at most 50", param: "n_epochs" }), proceed: succeed, code: "model_request_refused", detail: "n_epochs must be at most 50" },
  { what: "the file", fault: refuse("/v1/files", 400, { message: "Invalid file format." }), proceed: succeed, code: "model_request_refused", detail: "Invalid file format." },
  { what: "for want of quota", fault: refuse("/v1/fine_tuning/jobs", 429, { message: "You exceeded your current quota.", code: "insufficient_quota" }), proceed: succeed, code: "model_credit_exhausted", detail: "You exceeded your current quota." },
])("fails with the provider's own words where it refuses $what", async ({ fault, proceed, code, detail }) => {
  const worker = await engine.startWorker();
  const { server, connection } = await connect();
  Object.assign(server, { fault, proceed });
  const runId = await start(draw(connection));
  expect(await engine.waitForRun(runId, 20)).toBe("failed");
  await worker.close();
  expect(await stepOf(runId)).toMatchObject({ state: "failed", error: { code, data: { connection: "Tuner", detail } } });
  expect(await stepOf(runId, "ask")).toMatchObject({ state: "blocked" });
});

it("uploads nothing where too few rows are left, or the budget does not reach", async () => {
  const worker = await engine.startWorker();
  const { server, connection } = await connect();
  const few = await start(draw(connection, { rows: numbers(9).map((row) => [`q${String(row)}`, "a"]) }));
  expect(await engine.waitForRun(few, 20)).toBe("failed");
  expect((await stepOf(few))?.error).toMatchObject({ code: "tuning_rows_too_few", data: { rows: 9, least: 10 } });
  const dear = await start(draw(connection), 100);
  await expect.poll(async () => (await readRun(engine.resources, dear)).state, { timeout: 10_000 }).toBe("paused");
  expect(server.log).toEqual([]);
  await resumeRun(engine.resources, dear, 10_000_000);
  await engine.waitUntilDone(dear, 20);
  await worker.close();
});

it("is cancelled with its run, and by nothing else", async () => {
  const first = await engine.startWorker();
  const { server, connection } = await connect();
  server.proceed = (job) => {
    job.status = "running";
  };
  const runId = await start(draw(connection));
  await expect.poll(() => server.jobs[0]?.status, { timeout: 10_000 }).toBe("running");
  await first.close();
  expect(server.jobs[0]?.status).toBe("running");
  expect(await stepOf(runId)).toMatchObject({ state: "running", waitsFor: "provider" });
  const second = await engine.startWorker();
  await cancelRun(engine.resources, runId);
  await expect.poll(() => server.jobs[0]?.status, { timeout: 10_000 }).toBe("cancelled");
  await expect.poll(async () => (await tuningOf(runId)).state, { timeout: 10_000 }).toBe("cancelled");
  await second.close();
  expect(server.jobs).toHaveLength(1);
  expect(await stepOf(runId)).toMatchObject({ state: "cancelled" });
});

/** Kills a worker's process at a moment that the server sees, and lets another go on. */
async function surviveKill(armed: (server: TuningServer, kill: () => Promise<void>) => void): Promise<{ server: TuningServer; runId: string }> {
  const { server, connection } = await connect();
  const child = await startWorkerProcess(engine.env);
  armed(server, () => killHard(child));
  const runId = await start(draw(connection));
  await expect.poll(() => child.killed, { timeout: 20_000 }).toBe(true);
  Object.assign(server, { proceed: succeed, onMade: () => undefined });
  const worker = await engine.startWorker();
  await engine.waitUntilDone(runId, 30);
  await worker.close();
  return { server, runId };
}

it.each([
  ["has sent the file", "file"],
  ["has started the job", "job"],
] as const)("is started once where its worker is killed when it %s and has not heard so", async (_, moment) => {
  const { server } = await surviveKill((armed, kill) => {
    armed.onMade = (what) => (what === moment ? kill() : undefined);
  });
  expect(server.jobs).toHaveLength(1);
  expect(server.log.filter((line) => line === "POST /v1/files")).toHaveLength(1);
});

it("goes on where its worker is killed while it trains, and has each event once", async () => {
  const { server, runId } = await surviveKill((armed, kill) => {
    armed.proceed = (job) => {
      if (job.status === "validating_files") addEvent(job, { type: "metrics", message: "Step 1/2", data: { step: 1, train_loss: 3 } });
      else if (job.status === "running") void kill();
      job.status = "running";
    };
  });
  expect(server.jobs).toHaveLength(1);
  expect(server.jobs[0]?.status).toBe("succeeded");
  expect((await tuningOf(runId)).events).toHaveLength(server.jobs[0]?.events.length ?? 0);
});
