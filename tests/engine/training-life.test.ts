import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelRun } from "@/lib/engine/cancel-run";
import { pauseRun, resumeRun } from "@/lib/engine/pause-run";
import { pauseTraining, resumeTraining } from "@/lib/engine/pause-training";
import { compareTrainings } from "@/lib/models/compare-trainings";
import { readTraining } from "@/lib/models/trained-models";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { makeDocument } from "@/tests/support/draw";
import type { TestEngine } from "@/tests/support/test-engine";
import { openEngineWithTrainer } from "@/tests/support/trainer-process";

const WAIT = { timeout: 60_000, interval: 50 };

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngineWithTrainer();
});
afterAll(() => engine.close());

const rows = Array.from({ length: 24 }, (_, index) => [`I saw ${String(index)}`, index % 2 === 0 ? "even" : "odd"]);
const table = { columns: ["text", "label"].map((name) => ({ name, type: "text" })), rows };

/** A training of `maxSteps`, and beside it a step that does not need its model. */
function start(maxSteps: number): Promise<string> {
  const params = { ...stepDefinitions["train-classifier"].defaults, method: "full", textColumn: "text", labelColumn: "label", batchSize: 2, validationFraction: 0, maxSteps };
  const document = makeDocument(
    { rows: { step: "type-table", params: { table } }, train: { step: "train-classifier", params }, keep: { step: "take", params: { count: 5 } } },
    ["rows.output>train.train", "rows.output>keep.input"],
  );
  return engine.start(document);
}

const stepOf = async (runId: string, nodeId: string) => (await readRun(engine.resources, runId)).steps.find((step) => step.nodeId === nodeId);
const trainingOf = (runId: string) => engine.resources.database.prisma.training.findFirst({ where: { runId } });

async function waitForStep(runId: string, step: number): Promise<string> {
  await expect.poll(async () => (await stepOf(runId, "train"))?.training?.step ?? 0, WAIT).toBeGreaterThanOrEqual(step);
  return (await stepOf(runId, "train"))?.training?.modelId ?? "";
}

describe("a paused training", () => {
  it("is shown as paused in a run that goes on, and goes on itself from its checkpoint", async () => {
    const runId = await start(60);
    const modelId = await waitForStep(runId, 10);
    await pauseTraining(engine.resources, modelId);
    await expect.poll(async () => (await stepOf(runId, "train"))?.training?.paused, WAIT).toBe(true);
    const held = await readTraining(engine.resources, modelId);
    expect(held).toMatchObject({ state: "queued", pausedBy: "person" });
    expect(held.progress?.step).toBeLessThan(60);
    expect(await trainingOf(runId)).toMatchObject({ attempt: 0, leaseToken: null });
    const run = await readRun(engine.resources, runId);
    expect([run.state, run.steps.find(({ nodeId }) => nodeId === "keep")?.state, run.steps.find(({ nodeId }) => nodeId === "train")?.waitsFor]).toEqual(["running", "done", null]);
    await resumeTraining(engine.resources, modelId);
    await engine.waitUntilDone(runId, 60);
    const done = await readTraining(engine.resources, modelId);
    expect(done).toMatchObject({ state: "done", pausedBy: null, result: { steps: 60 } });
    expect(done.progress?.notes.map(({ code }) => code)).toContain("resumed_from_checkpoint");
    expect((await trainingOf(runId))?.attempt).toBe(1);
    // As one of a run, or by name; one that is not there is left out.
    for (const which of [{ models: [], run: runId }, { models: ["nobody", modelId], run: "" }]) {
      const { trainings, total } = await compareTrainings(engine.resources, which);
      expect([total, trainings.map((training) => training.modelId)]).toEqual([1, [modelId]]);
      expect(trainings[0]?.metrics.filter(({ kind }) => kind === "train")).toHaveLength(60);
    }
    await expect(pauseTraining(engine.resources, modelId)).rejects.toMatchObject({ code: "training_not_active", data: { state: "done" } });
    await expect(resumeTraining(engine.resources, "nobody")).rejects.toMatchObject({ code: "not_found" });
  });

  it("is held and let go with its run", async () => {
    const runId = await start(50);
    const modelId = await waitForStep(runId, 10);
    await pauseRun(engine.resources, runId);
    await expect.poll(async () => (await stepOf(runId, "train"))?.training?.paused, WAIT).toBe(true);
    expect(await readTraining(engine.resources, modelId)).toMatchObject({ state: "queued", pausedBy: "run" });
    await resumeRun(engine.resources, runId, undefined);
    await engine.waitUntilDone(runId, 60);
    expect(await readTraining(engine.resources, modelId)).toMatchObject({ state: "done", result: { steps: 50 } });
  });

  it("does not make another run of the same training wait, and is cancelled with its run", async () => {
    const runId = await start(40);
    const modelId = await waitForStep(runId, 5);
    await pauseTraining(engine.resources, modelId);
    await expect.poll(async () => (await trainingOf(runId))?.state, WAIT).toBe("queued");
    // As the trainer writes it where no device has so much free.
    await engine.resources.database.prisma.training.updateMany({ where: { runId }, data: { waitsFor: { code: "device_memory", gigabytes: 12.5 } } });
    expect((await readTraining(engine.resources, modelId)).waitsFor).toMatchObject({ gigabytes: 12.5 });
    const same = await start(40);
    await engine.waitUntilDone(same, 60);
    expect((await stepOf(same, "train"))?.training?.notes.map(({ code }) => code)).toContain("resumed_from_checkpoint");
    await cancelRun(engine.resources, runId);
    expect(await engine.waitForRun(runId, 10)).toBe("cancelled");
    expect((await trainingOf(runId))?.state).toBe("cancelled");
  });
});
