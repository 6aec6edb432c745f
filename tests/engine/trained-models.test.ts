import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openInputModel } from "@/lib/engine/input-model";
import { readTraining } from "@/lib/models/trained-models";
import { collectModelFiles } from "@/lib/steps/out/publish-model/collect-model-files";
import { makeDocument, step, typed, type DrawnSteps } from "@/tests/support/draw";
import type { TestEngine } from "@/tests/support/test-engine";
import { openEngineWithTrainer } from "@/tests/support/trainer-process";

const SECONDS = 240;

describe("models trained in a workflow", () => {
  let engine: TestEngine;

  beforeAll(async () => {
    engine = await openEngineWithTrainer();
  });
  afterAll(() => engine.close());

  const quick = { method: "full", learningRate: 1e-3, batchSize: 8, validationFraction: 0 };

  async function run(nodes: DrawnSteps, edges: string[]): Promise<string> {
    return engine.run(makeDocument(nodes, edges), { seconds: SECONDS });
  }

  it("label the rows of the next step, better than the commonest label would", async () => {
    const animals = ["cat", "dog", "bird"];
    const rows = Array.from({ length: 48 }, (_, index) => [`I saw a ${animals[index % 3] ?? ""} in room ${String(index % 9)}.`, animals[index % 3] ?? ""]);
    const asked = animals.map((animal) => [`I saw a ${animal} in room 5.`, animal]);
    const runId = await run(
      { rows: typed(["text", "animal"], rows), train: step("train-classifier", { ...quick, textColumn: "text", labelColumn: "animal", epochs: 8, learningRate: 2e-3, validationFraction: 0.25 }), asked: typed(["text", "animal"], asked), label: step("run-task-model", { column: "text" }) },
      ["rows.output>train.train", "train.model>label.model", "asked.output>label.input"],
    );
    const labelled = await engine.readRows(runId, "label");
    expect(labelled.map(({ label }) => label)).toEqual(animals);
    const model = await engine.resources.database.prisma.trainedModel.findFirstOrThrow();
    const training = await readTraining(engine.resources, model.id);
    expect(training.result).toMatchObject({ labels: ["bird", "cat", "dog"], trainRows: 36, validationRows: 12 });
    expect(training.result?.measures.accuracy).toBeGreaterThan(0.9);
  });

  it("label the rows of the next step after a few of each label", async () => {
    const animals = ["cat", "dog", "bird"];
    // Every animal is in every room, so that the room tells nothing.
    const rows = Array.from({ length: 12 }, (_, index) => [`I saw a ${animals[index % 3] ?? ""} in room ${String(Math.floor(index / 3))}.`, animals[index % 3] ?? ""]);
    const asked = animals.map((animal) => [`I saw a ${animal} in room 7.`]);
    const runId = await run(
      { rows: typed(["text", "animal"], rows), train: step("train-setfit", { textColumn: "text", labelColumn: "animal", iterations: 8, learningRate: 1e-3 }), asked: typed(["text"], asked), label: step("run-task-model", { column: "text" }) },
      ["rows.output>train.train", "train.model>label.model", "asked.output>label.input"],
    );
    const labelled = await engine.readRows(runId, "label");
    expect(labelled.map(({ label }) => label)).toEqual(animals);
    const scores = labelled.map(({ results }) => Object.values(JSON.parse(String(results)) as Record<string, number>).reduce((sum, score) => sum + score, 0));
    for (const sum of scores) expect(sum).toBeCloseTo(1, 6);
  });

  it("give vectors to the next step", async () => {
    const words = [["sun", "hot"], ["sea", "blue"], ["cat", "milk"], ["dog", "bone"]];
    const rows = Array.from({ length: 24 }, (_, index) => (words[index % 4] ?? []).map((word) => `${word} ${String(index >> 2)}`));
    const runId = await run(
      { rows: typed(["a", "b"], rows), train: step("train-embedder", { ...quick, anchorColumn: "a", positiveColumn: "b", epochs: 6 }), index: step("embed", { column: "b" }), query: step("embed", { column: "a" }), find: step("retrieve", { k: 1, carry: ["b"] }) },
      ["rows.output>train.train", "train.model>index.model", "train.model>query.model", "rows.output>index.input", "rows.output>query.input", "query.output>find.queries", "index.output>find.documents"],
    );
    const found = await engine.readRows(runId, "find");
    const isRight = (row: Record<string, unknown>): boolean => words.some(([anchor, other]) => String(row.a).startsWith(anchor ?? "") && (row.results as { b: string }[])[0]?.b.startsWith(other ?? "") === true);
    expect(found.filter(isRight).length / found.length).toBeGreaterThan(0.9);
  });

  it("are merged into files that are a model too, and exported only where they write", async () => {
    const rows = Array.from({ length: 16 }, (_, index) => [`Say ${String(index)}`, "zebra zebra zebra"]);
    const asked = { prompt: "{q}", maxTokens: 12, temperature: 0 };
    const runId = await run(
      {
        rows: typed(["q", "a"], rows),
        train: step("fine-tune", { method: "lora", learningRate: 2e-2, epochs: 3, validationFraction: 0, promptColumn: "q", completionColumn: "a" }),
        merge: step("export-model", { precision: "float32" }),
        first: step("take", { count: 3 }),
        before: step("prompt", { ...asked, model: { connection: "local", model: "builtin" } }),
        adapted: step("prompt", asked),
        merged: step("prompt", asked),
      },
      ["rows.output>train.train", "train.model>merge.model", "rows.output>first.input", "first.output>before.input", "first.output>adapted.input", "train.model>adapted.model", "first.output>merged.input", "merge.model>merged.model"],
    );
    const replies = async (node: string) => (await engine.readRows(runId, node)).map(({ generations }) => generations);
    expect(await replies("merged")).toEqual(await replies("adapted"));
    expect(await replies("merged")).not.toEqual(await replies("before"));
    const { outputs } = await engine.readResult(runId, "merge");
    expect(outputs.files.map(({ name }) => name)).toEqual(expect.arrayContaining(["config.json", "model.safetensors", "tokenizer.json"]));
    const model = await openInputModel(engine.resources, "model", outputs.models["model"]?.ref);
    const published = await collectModelFiles(model);
    expect(published).toMatchObject({ weights: { adapters: [], root: { kind: "folder", folder: "" } } });
    expect(published.files.map(({ path }) => path)).toContain("model.safetensors");

    const labels = await engine.resources.database.prisma.trainedModel.findFirstOrThrow({ where: { card: { path: ["request", "recipe"], equals: "classifier" } } });
    const unfit = makeDocument({ merge: step("export-model", { model: { connection: "local", model: `trained:${labels.id}` } }) }, []);
    const refused = await engine.start(unfit);
    expect(await engine.waitForRun(refused, SECONDS)).toBe("failed");
    expect((await engine.resources.database.prisma.stepRun.findFirstOrThrow({ where: { runId: refused } })).error).toMatchObject({ code: "export_kind_unfit", data: { recipe: "classifier" } });
  });

  it("reward the training of another, which answers prompts", async () => {
    const pairs = Array.from({ length: 24 }, (_, index) => [`Say ${String(index)}:`, " aaaa eeee", " zzzz qqqq"]);
    const runId = await run(
      {
        pairs: typed(["prompt", "good", "bad"], pairs),
        reward: step("train-reward-model", { ...quick, promptColumn: "prompt", chosenColumn: "good", rejectedColumn: "bad", epochs: 2 }),
        learn: step("train-with-rewards", { ...quick, promptColumn: "prompt", reward: "model", rewardModel: { connection: "local", model: "trained:replaced-by-the-port" }, replies: 4, maxNewTokens: 4, maxSteps: 2, beta: 0 }),
        ask: step("prompt", { prompt: "{prompt}", maxTokens: 4 }),
      },
      ["pairs.output>reward.train", "pairs.output>learn.train", "reward.model>learn.rewardModel", "learn.model>ask.model", "pairs.output>ask.input"],
    );
    expect((await engine.readResult(runId, "ask")).totals).toMatchObject({ rowsOut: 24, failed: 0 });
    const training = await engine.resources.database.prisma.training.findFirstOrThrow({ where: { runId, nodeId: "learn" } });
    expect(training.request).toMatchObject({ recipe: "reinforcement", reward: { kind: "model", model: { kind: "trained" } } });
    const metrics = await engine.resources.database.prisma.trainingMetric.findMany({ where: { trainingId: training.id, kind: "train" } });
    expect(metrics.map(({ values }) => typeof (values as Record<string, unknown>).reward)).toEqual(["number", "number"]);
  });

  it("say in words why they cannot be trained", async () => {
    const rows = [["a", "cat"], ["b", "cat"]];
    const document = makeDocument({ rows: typed(["text", "animal"], rows), train: step("train-classifier", { textColumn: "text", labelColumn: "animal" }) }, ["rows.output>train.train"]);
    const runId = await engine.start(document);
    expect(await engine.waitForRun(runId, SECONDS)).toBe("failed");
    const failed = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "train" } } });
    expect(failed.error).toMatchObject({ code: "training_label_single", data: { label: "cat" } });
  });
});
