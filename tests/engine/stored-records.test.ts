import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSetupSecret } from "@/lib/accounts/accounts";
import { createEmptyDocument } from "@/lib/workflow/document";
import { call, closeRoutes, named, useRoutesOf } from "@/tests/support/call-route";
import { openTestEngine, projectFolder, type TestEngine } from "@/tests/support/test-engine";

/** What no contract of ours allows: a list among the values of a message, as an earlier trainer wrote it. */
const badError = { code: "training_no_rows", message: "No row", data: { skipped: 16, rows: [{ row: 0, code: "null_value" }], detail: "No row" } };
const nonsense = { what: "is", this: ["?"] };
const FINGERPRINT = "f".repeat(64);

let engine: TestEngine;
let cookie: string;

async function read(name: string, options: { params?: Record<string, string>; query?: Record<string, string> } = {}): Promise<unknown> {
  const reply = await call(named(name), { ...options, headers: { cookie } });
  const body: unknown = await reply.json();
  expect(reply.status, `${name}: ${JSON.stringify(body)}`).toBe(200);
  return body;
}

/** A good record of each kind, and beside it a bad one. */
beforeAll(async () => {
  engine = await openTestEngine();
  useRoutesOf(engine);
  const secret = await createSetupSecret(engine.resources);
  const made = await call(named("setUp"), { body: { token: secret, email: "Ada@example.org", name: "Ada", password: "correct horse" } });
  cookie = (made.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const { prisma } = engine.resources.database;
  const document = createEmptyDocument("Good") as object;
  await prisma.workflow.createMany({ data: [{ id: "good", name: "Good", document }, { id: "bad", name: "Bad", document: { nodes: "x" } }] });
  await prisma.run.createMany({
    data: [
      { id: "good-run", workflowId: "good", document, target: { kind: "all" }, state: "done" },
      { id: "bad-run", workflowId: "bad", document: nonsense, target: nonsense, state: "no state", error: badError },
    ],
  });
  const stepRun = { index: 0, nodeId: "n", stepId: "fine-tune", title: "T", identity: { inputs: {} }, dependsOn: [] };
  await prisma.stepRun.createMany({
    data: [
      { ...stepRun, id: "s1", runId: "good-run", fingerprint: FINGERPRINT, state: "done" },
      { ...stepRun, id: "s2", runId: "bad-run", fingerprint: "e".repeat(64), state: "running", error: badError },
      { ...stepRun, id: "s3", runId: "bad-run", nodeId: "m", fingerprint: FINGERPRINT, state: "failed", error: "only words" },
    ],
  });
  await prisma.stepResult.create({ data: { fingerprint: FINGERPRINT, stepId: "fine-tune", folder: "tables/s1", outputs: nonsense, totals: nonsense, inputs: nonsense } });
  const chunk = { index: 0, rowStart: 0, rowEnd: 1, state: "running" };
  await prisma.chunk.createMany({ data: [{ ...chunk, id: "c1", stepRunId: "s2" }, { ...chunk, id: "c2", stepRunId: "s3" }] });
  const training = { runId: "bad-run", nodeId: "n", fingerprint: "e".repeat(64), progress: nonsense, waitsFor: nonsense, error: badError };
  await prisma.training.createMany({
    data: [
      { ...training, id: "t1", chunkId: "c1", request: { name: "Half", modelId: "m1", version: 99 }, state: "queued" },
      { ...training, id: "t2", chunkId: "c2", request: nonsense, state: "failed", result: nonsense },
    ],
  });
  await prisma.trainedModel.create({ data: { id: "m2", name: "Bad card", fingerprint: FINGERPRINT, baseModel: nonsense, method: "full", folder: "models/m2", card: nonsense } });
  await prisma.connection.createMany({
    data: [
      { id: "k1", name: "Good", provider: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "a" }, nonsense] },
      { id: "k2", name: "Bad", provider: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", models: nonsense, settings: nonsense },
      { id: "k3", name: "Pool", provider: "pool", baseUrl: "", models: "none", settings: { members: [{ connection: "k1" }, nonsense] } },
    ],
  });
  await prisma.providerTuning.create({
    data: { id: "p", chunkId: "c1", runId: "bad-run", stepRunId: "s2", fingerprint: FINGERPRINT, name: "P", connectionId: "k1", model: "m", settings: nonsense, parts: {}, examples: nonsense, state: "no state", lookAt: new Date(), error: badError },
  });
});

afterAll(async () => {
  await closeRoutes();
  await engine.close();
});

describe("a bad record in Postgres", () => {
  it("leaves the list of runs whole, and its own error readable", async () => {
    const { runs } = (await read("listRuns")) as { runs: { id: string; state: string; name: string; error: unknown; steps: { error: unknown }[] }[] };
    expect(runs.map(({ id }) => id).sort()).toEqual(["bad-run", "good-run"]);
    const bad = runs.find(({ id }) => id === "bad-run");
    expect(bad).toMatchObject({ state: "failed", name: "" });
    expect(bad?.error).toEqual({ code: "training_no_rows", message: "No row", data: { skipped: 16, rows: '[{"row":0,"code":"null_value"}]', detail: "No row" } });
    expect(bad?.steps.map(({ error }) => error)).toContainEqual({ code: "internal", message: "only words", data: {} });
    await read("readRun", { params: { runId: "bad-run" } });
  });

  it("leaves the lists of workflows, tables and results whole", async () => {
    const { workflows } = (await read("listWorkflows")) as { workflows: { id: string; name: string; document: { nodes: unknown[] } }[] };
    expect(workflows.map(({ id, name }) => [id, name]).sort()).toEqual([["bad", "Bad"], ["good", "Good"]]);
    expect(await read("listStoredTables")).toMatchObject({ tables: [] });
    await read("readStorage");
    // Opened by itself it says what is wrong with it.
    const opened = await call(named("readWorkflow"), { params: { workflowId: "bad" }, headers: { cookie } });
    expect(await opened.json()).toMatchObject({ error: { code: "document_invalid" } });
  });

  it("leaves the lists of models, connections and trainings whole", async () => {
    const { models, trainings } = (await read("listTrainedModels")) as { models: unknown[]; trainings: { name: string; modelId: string }[] };
    expect(models).toMatchObject([{ id: "m2", result: null }]);
    expect(trainings.map(({ name, modelId }) => [name, modelId]).sort()).toEqual([["Half", "m1"], ["t2", ""]]);
    expect(await read("listModels")).toMatchObject({ models: expect.arrayContaining([expect.objectContaining({ label: "a", connection: "Good" })]) as unknown });
    const { connections } = (await read("listConnections")) as { connections: unknown[] };
    expect(connections).toMatchObject([{ id: "k1", models: [{ id: "a" }] }, { id: "k2", models: [], settings: {} }, { id: "k3", members: [{ connection: "k1" }] }]);
    expect(await read("compareTrainings", { query: { run: "bad-run" } })).toMatchObject({ trainings: [] });
    expect(await read("readTuning", { params: { fingerprint: FINGERPRINT } })).toMatchObject({ state: "failed", trainRows: 0 });
    const training = await call(named("readTraining"), { params: { modelId: "m1" }, headers: { cookie } });
    expect(await training.json()).toMatchObject({ error: { code: "record_unreadable" } });
  });

  it("is put right by the migration, as far as it can be", async () => {
    const folder = (await readdir(join(projectFolder, "prisma", "migrations"))).find((name) => name.endsWith("_scalar_error_data")) ?? "";
    await engine.resources.database.pool.query(await readFile(join(projectFolder, "prisma", "migrations", folder, "migration.sql"), "utf8"));
    const { prisma } = engine.resources.database;
    expect((await prisma.run.findUniqueOrThrow({ where: { id: "bad-run" } })).error).toEqual({ ...badError, data: { skipped: 16, detail: "No row" } });
    expect((await prisma.training.findUniqueOrThrow({ where: { id: "t2" } })).error).toEqual({ ...badError, data: { skipped: 16, detail: "No row" } });
    expect((await prisma.stepRun.findUniqueOrThrow({ where: { id: "s3" } })).error).toBe("only words");
  });
});
