import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatherKnown } from "@/lib/engine/gather-known";
import type { RunRequest } from "@/lib/engine/start-run";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { GroupSweep, WorkflowDocument } from "@/lib/workflow/document";
import { makeDocument, step } from "@/tests/support/draw";
import type { TestEngine } from "@/tests/support/test-engine";
import { openEngineWithTrainer } from "@/tests/support/trainer-process";

const SECONDS = 240;

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngineWithTrainer();
});
afterAll(async () => {
  await engine.close();
});


function inSweep(drawn: WorkflowDocument, members: string[], sweep: Partial<GroupSweep>): WorkflowDocument {
  return {
    ...drawn,
    nodes: drawn.nodes.map((node) => (members.includes(node.id) ? { ...node, group: "g" } : node)),
    groups: [{ id: "g", title: "Sweep", repeat: null, sweep: { search: "grid", trials: 50, parallel: 2, seed: 1, space: [], objective: null, prune: null, ...sweep } }],
  };
}

async function run(document: WorkflowDocument, options: Partial<RunRequest> = {}): Promise<string> {
  return engine.run(document, { ...options, seconds: SECONDS });
}

const readSteps = async (runId: string) => new Map((await readRun(engine.resources, runId)).steps.map((one) => [one.nodeId, one]));

/** A number times what is swept, and a step after the group. */
const drawn = (rows: number[][]) =>
  makeDocument(
    {
      start: step("type-table", { table: { columns: [{ name: "x", type: "integer" }], rows } }),
      grow: step("map-column", { column: "x", expression: "x" }),
      after: step("reverse", {}),
    },
    ["start.output>grow.input", "grow.output>after.input"],
  );
const byExpression = (values: string[], more: Partial<GroupSweep> = {}): Partial<GroupSweep> => ({
  space: [{ node: "grow", param: "expression", range: { kind: "values", values } }],
  objective: { output: { node: "grow", port: "output" }, column: "x", direction: "maximise" },
  ...more,
});

describe("a grid", () => {
  it("runs each combination once, gives what the best made, and lists them all", async () => {
    const document = inSweep(drawn([[1], [2]]), ["grow"], byExpression(["x * 2", "x * 5", "x * 3"]));
    const runId = await run(document);
    expect((await engine.readRows(runId, "after")).map(({ x }) => Number(x))).toEqual([10, 5]);
    const trials = await engine.readRows(runId, "g.sweep.trials", "trials");
    expect(trials.map((row) => [Number(row["trial"]), row["state"], row["expression"], row["objective"], row["best"]])).toEqual([
      [1, "done", "x * 2", 2, false],
      [2, "done", "x * 5", 5, true],
      [3, "done", "x * 3", 3, false],
    ]);
    const { inputs } = await engine.readResult(runId, "g.grow.output");
    expect(inputs["outputs"]).toHaveLength(3);
  });

  it("is all in the cache the second time, and runs only what a longer list adds", async () => {
    const again = await readSteps(await run(inSweep(drawn([[1], [2]]), ["grow"], byExpression(["x * 2", "x * 5", "x * 3"]))));
    expect([...again.values()].every(({ fromCache }) => fromCache)).toBe(true);
    const more = await readSteps(await run(inSweep(drawn([[1], [2]]), ["grow"], byExpression(["x * 2", "x * 5", "x * 3", "x * 9"]))));
    expect(["grow", "grow.2", "grow.3", "grow.4", "after"].map((id) => more.get(id)?.fromCache)).toEqual([true, true, true, false, false]);
  });

  it("goes on past a trial that fails, which is not the worst but none, and tries it again when asked to", async () => {
    const values = ["x * 2", "error('no')", "x * -1"];
    const document = inSweep(drawn([[7]]), ["grow"], byExpression(values, { objective: { output: { node: "grow", port: "output" }, column: "x", direction: "minimise" } }));
    const runId = await run(document);
    const steps = await readSteps(runId);
    expect(["grow", "grow.2", "grow.3", "after"].map((id) => steps.get(id)?.state)).toEqual(["done", "failed", "done", "done"]);
    expect((await engine.readRows(runId, "g.sweep.trials", "trials")).map(({ state, objective }) => [state, objective])).toEqual([["done", 14], ["failed", null], ["done", -7]]);
    expect((await engine.readRows(runId, "after")).map(({ x }) => Number(x))).toEqual([-7]);
    expect((await engine.readResult(runId, "g.sweep.trials")).totals).toMatchObject({ rowsOut: 3, failed: 1 });
    const second = await readSteps(await run(document));
    expect(["grow", "grow.2", "g.sweep.trials", "after"].map((id) => second.get(id)?.fromCache)).toEqual([true, undefined, true, true]);
    const third = await readSteps(await run(document, { retryFailed: true }));
    expect(["grow", "grow.2", "g.sweep.trials", "g.grow.output", "after"].map((id) => third.get(id)?.fromCache)).toEqual([true, false, false, false, false]);
  });

  it("fails where no trial has a value to choose by", async () => {
    const runId = await engine.start(inSweep(drawn([[1]]), ["grow"], byExpression(["error('a')", "error('b')"])));
    expect(await engine.waitForRun(runId, SECONDS)).toBe("failed");
    const steps = await readSteps(runId);
    expect(steps.get("g.sweep.trials")).toMatchObject({ state: "failed", error: { code: "trial_none" } });
    expect(steps.get("after")?.state).toBe("blocked");
  });

  it("has at most so many trials under way", async () => {
    const document = inSweep(drawn([[3]]), ["grow"], byExpression(["x", "x + 1", "x + 2", "x + 3", "x + 4"], { parallel: 2 }));
    const steps = await readSteps(await run(document));
    const times = ["grow", "grow.2", "grow.3", "grow.4", "grow.5"].map((id) => steps.get(id)).map((one) => [Date.parse(one?.startedAt ?? ""), Date.parse(one?.endedAt ?? "")] as const);
    for (const [index, [started]] of times.entries()) {
      const before = times[index - 2];
      if (before) expect(started).toBeGreaterThanOrEqual(before[1]);
    }
  });
});

it("is refused before it runs where it names nothing to try or to choose by", async () => {
  const problemsOf = async (sweep: Partial<GroupSweep>) => {
    const document = inSweep(drawn([[1]]), ["grow"], sweep);
    const plan = planWorkflow(document, stepDefinitions, await gatherKnown(engine.resources, document, { workflowId: null, rowLimit: null }));
    return plan.steps.get("grow")?.problems.map(({ code }) => code);
  };
  expect(await problemsOf(byExpression(["x"], { objective: null }))).toEqual(["sweep_objective_missing"]);
  expect(await problemsOf(byExpression(["x"], { objective: { output: { node: "after", port: "output" }, column: "x", direction: "maximise" } }))).toEqual(["sweep_objective_missing"]);
  expect(await problemsOf(byExpression([]))).toEqual(["sweep_range_unfit"]);
  expect(await problemsOf(byExpression([], { space: [] }))).toEqual(["sweep_space_empty"]);
  expect(await problemsOf(byExpression([], { space: [{ node: "after", param: "expression", range: { kind: "values", values: ["x"] } }] }))).toEqual(["sweep_range_unfit"]);
  expect(await problemsOf(byExpression([], { space: [{ node: "grow", param: "expression", range: { kind: "range", low: 0, high: 1, scale: "log", whole: false, points: 3 } }] }))).toContain("sweep_range_unfit");
  expect(await problemsOf(byExpression(["x"]))).toEqual([]);
});

describe("with the trainer", () => {
  const take: Partial<GroupSweep> = {
    search: "bayesian",
    trials: 16,
    parallel: 2,
    seed: 3,
    space: [{ node: "grow", param: "count", range: { kind: "range", low: 1, high: 40, scale: "linear", whole: true, points: 5 } }],
    objective: { output: { node: "score", port: "output" }, column: "x", direction: "minimise" },
  };
  /** Takes so many of forty numbers; the outcome is how far from 12 that is. */
  const counting = () =>
    makeDocument(
      {
        start: step("type-table", { table: { columns: [{ name: "x", type: "integer" }], rows: Array.from({ length: 40 }, (_, index) => [index + 1]) } }),
        grow: step("take", { count: 5 }),
        last: step("reverse", {}),
        score: step("map-column", { column: "x", expression: "abs(x - 12)" }),
        after: step("reverse", {}),
      },
      ["start.output>grow.input", "grow.output>last.input", "last.output>score.input", "score.output>after.input"],
    );

  it("looks for the next trial where those before were good, and makes the same choices again", async () => {
    const document = inSweep(counting(), ["grow", "last", "score"], take);
    const runId = await run(document);
    const trials = (await engine.readRows(runId, "g.sweep.trials", "trials")).map((row) => ({ count: Number(row["count"]), objective: Number(row["objective"]) }));
    expect(trials).toHaveLength(16);
    for (const { count, objective } of trials) expect(objective).toBe(Math.abs(count - 12));
    const mean = (list: typeof trials) => list.reduce((sum, { objective }) => sum + objective, 0) / list.length;
    // The first ten are drawn at random.
    expect(mean(trials.slice(10))).toBeLessThan(mean(trials.slice(0, 10)));
    const { params } = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "grow.7" } } });
    expect(params).toMatchObject({ count: trials[6]?.count });
    await engine.resources.database.pool.query("DELETE FROM step_result WHERE step_id <> 'type-table'");
    const second = await run(document);
    expect((await engine.readRows(second, "g.sweep.trials", "trials")).map((row) => Number(row["count"]))).toEqual(trials.map(({ count }) => count));
    const third = await readSteps(await run(document));
    expect([...third.values()].every(({ fromCache }) => fromCache)).toBe(true);
  });

  it("trains trials with settings of their own, gives up those that fall behind, and hands on the best model", async () => {
    const animals = ["cat", "dog", "bird"];
    const rows = Array.from({ length: 48 }, (_, index) => [`I saw a ${animals[index % 3] ?? ""} in room ${String(index % 9)}.`, animals[index % 3] ?? ""]);
    const document = inSweep(
      makeDocument(
        {
          rows: step("type-table", { table: { columns: ["text", "animal"].map((name) => ({ name, type: "text" })), rows } }),
          train: step("train-classifier", { textColumn: "text", labelColumn: "animal", method: "full", batchSize: 8, validationFraction: 0.25, epochs: 8, evaluateEverySteps: 9 }),
          label: step("run-task-model", { column: "text" }),
        },
        ["rows.output>train.train", "train.model>label.model", "rows.output>label.input"],
      ),
      ["train"],
      {
        parallel: 1,
        space: [{ node: "train", param: "learningRate", range: { kind: "values", values: [2e-3, 1e-7] } }],
        objective: { output: { node: "train", port: "model" }, column: "loss", direction: "minimise" },
        prune: { rule: "median", startup: 1 },
      },
    );
    const runId = await run(document);
    const steps = await readSteps(runId);
    const trials = await engine.readRows(runId, "g.sweep.trials", "trials");
    expect(trials.map((row) => [row["learningRate"], row["state"]])).toEqual([[2e-3, "done"], [1e-7, "pruned"]]);
    expect(steps.get("train.2")).toMatchObject({ state: "skipped", error: { code: "trial_pruned" } });
    const given = await engine.resources.database.prisma.training.findFirstOrThrow({ where: { runId, nodeId: "train.2" }, orderBy: { createdAt: "desc" } });
    expect(given.error).toMatchObject({ code: "trial_pruned" });
    const labelled = await engine.readRows(runId, "label");
    expect(labelled.filter(({ label, animal }) => label === animal).length).toBeGreaterThan(40);
    const again = await readSteps(await run(document));
    expect([...again.values()].every(({ fromCache, state }) => fromCache && state === "done")).toBe(true);
  }, SECONDS * 1000);
});
