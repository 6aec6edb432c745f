import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trainingRequest } from "@/lib/contracts/trainer";
import { storeFile } from "@/lib/engine/file-store";
import { readTraining } from "@/lib/models/trained-models";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { findTemplateOrThrow } from "@/lib/templates/templates";
import { createNode, type WorkflowDocument } from "@/lib/workflow/document";
import { projectFolder, type TestEngine } from "@/tests/support/test-engine";
import { openEngineWithTrainer } from "@/tests/support/trainer-process";

const data = join(projectFolder, "..", "shared", "data");
const hasData = existsSync(data);
if (!hasData) process.stdout.write("The templates on real inputs are skipped: there is no folder ../shared/data beside the project.\n");

const SECONDS = 300;

describe("the templates, run as they are opened", () => {
  let engine: TestEngine;

  beforeAll(async () => {
    engine = await openEngineWithTrainer();
  });
  afterAll(() => engine.close());

  async function run(document: WorkflowDocument): Promise<string> {
    return engine.run(document, { seconds: SECONDS });
  }

  /** Rows of a step: taken in, given, left out. */
  async function count(runId: string, node: string): Promise<[number, number, number]> {
    const { rowsIn, rowsOut, failed, rejected } = (await engine.readResult(runId, node)).totals;
    return [rowsIn, rowsOut, failed + rejected];
  }

  async function readTrained(runId: string): Promise<{ training: Awaited<ReturnType<typeof readTraining>>; values: (kind: string, name: string) => number[] }> {
    const { prisma } = engine.resources.database;
    const { id, request } = await prisma.training.findFirstOrThrow({ where: { runId } });
    const metrics = await prisma.trainingMetric.findMany({ where: { trainingId: id }, orderBy: { step: "asc" } });
    const values = (kind: string, name: string): number[] =>
      metrics.flatMap((metric) => {
        const value = (metric.values as Record<string, unknown>)[name];
        return metric.kind === kind && typeof value === "number" ? [value] : [];
      });
    return { training: await readTraining(engine.resources, trainingRequest.parse(request).modelId), values };
  }

  /** The template with a file, and what makes its columns of it, in place of its first step; `changes` are of parameters, by step. */
  async function onFile(template: string, name: string, columns: Record<string, string>, changes: Record<string, Record<string, unknown>>): Promise<WorkflowDocument> {
    const document = findTemplateOrThrow(template);
    const { sha256 } = await storeFile(engine.resources, name, Readable.from([await readFile(join(data, name))]));
    const [first] = document.nodes;
    const position = { x: 0, y: 0 };
    const load = createNode({ id: "load", step: "load-file", title: "Load", position, params: { ...stepDefinitions["load-file"].defaults, file: { sha256, name } } });
    const made = Object.entries(columns).map(([column, expression]) => createNode({ id: `make_${column}`, step: "map-column", title: column, position, params: { column, expression, type: "text" } }));
    const line = [load, ...made];
    const wires = line.slice(1).map((node, index) => ({ id: `wire_${String(index)}`, from: { node: line[index]?.id ?? "", port: "output" }, to: { node: node.id, port: "input" } }));
    return {
      ...document,
      nodes: [...line, ...document.nodes.slice(1).map((node) => ({ ...node, params: { ...node.params, ...changes[node.id] } }))],
      edges: [...wires, ...document.edges.map((edge) => (edge.from.node === first?.id ? { ...edge, from: { node: line.at(-1)?.id ?? "", port: "output" } } : edge))],
    };
  }

  it("tunes on instructions, by the table that was made of them", async () => {
    const runId = await run(findTemplateOrThrow("instruction-tuning"));
    const prompts = (await engine.readRows(runId, "prompts")).map((row) => row.prompt);
    expect(prompts).toHaveLength(20);
    expect(prompts.slice(0, 3)).toEqual(["Input: light\n\nGive three words that rhyme with the given word.", "Input: The train leaves at noon.\n\nTurn the sentence into a question.", "Name a fruit that is yellow."]);
    // The published listing makes this column and then trains without it.
    const { training } = await readTrained(runId);
    expect(training.request).toMatchObject({ recipe: "fine-tune-causal", columns: { prompt: "prompt", completion: "output" }, format: "chat", gradientAccumulation: 32 });
    expect("chatTemplate" in training.request && training.request.chatTemplate).toContain("### Instruction:");
    // ceil(18 / 32) steps in each of 3 epochs.
    expect(training.result).toMatchObject({ trainRows: 18, validationRows: 2, steps: 3, skipped: { count: 0 } });
    expect(await count(runId, "try")).toEqual([2, 2, 0]);
  });

  it("prefers the chosen answers", async () => {
    const runId = await run(findTemplateOrThrow("preference-alignment"));
    const { training, values } = await readTrained(runId);
    expect(training.request).toMatchObject({ recipe: "dpo", loss: "sigmoid", beta: 0.1, columns: { prompt: "question", chosen: "chosen", rejected: "rejected" } });
    expect(training.result).toMatchObject({ trainRows: 18, validationRows: 2, steps: 3, skipped: { count: 0 } });
    expect(values("train", "loss")[0]).toBeCloseTo(Math.LN2, 4);
    expect(values("train", "rewards/margins").at(-1)).toBeGreaterThan(0);
    expect(await count(runId, "try")).toEqual([2, 2, 0]);
  });

  it("takes questions apart, and keeps lists alone", async () => {
    const runId = await run(findTemplateOrThrow("question-decomposition"));
    expect(await count(runId, "decompose")).toEqual([12, 12, 0]);
    const [taken, kept, left] = await count(runId, "check");
    expect([taken, kept + left]).toEqual([12, 12]);
    const isList = (text: unknown): boolean => (String(text).match(/^\s*\d+[.)]\s+\S/gm)?.length ?? 0) >= 2;
    const replies = (await engine.readRows(runId, "decompose")).map((row) => row.decomposition);
    expect(replies.every((reply) => String(reply).trim() !== "")).toBe(true);
    expect(kept).toBe(replies.filter(isList).length);
    const [row] = await engine.readRows(runId, "decompose");
    expect(Object.keys(row ?? {})).not.toContain("answer");
  });

  const dialogue = "array_to_string(list_transform(conversations, turn -> turn.value), '\n\n')";
  const measured = { evaluateEverySteps: 5, furtherArguments: [{ name: "eval_on_start", value: "true" }] };

  it.skipIf(!hasData).each([
    { name: "self_instruct_seed_tasks.jsonl", columns: { input: "instances[1].input", output: "instances[1].output" }, rows: 80 },
  ])("tunes on $name: what it has not seen gets likelier", async ({ name, columns, rows }) => {
    const quick = { maxLength: 128, gradientAccumulation: 1, batchSize: 8, epochs: 2, ...measured };
    const runId = await run(await onFile("instruction-tuning", name, columns, { take: { count: rows }, train: quick, try: { maxTokens: 4 } }));
    const { training, values } = await readTrained(runId);
    const held = Math.ceil(rows / 10);
    expect((training.result?.trainRows ?? 0) + (training.result?.validationRows ?? 0) + (training.result?.skipped.count ?? 0)).toBe(rows);
    // Of a prompt as long as the model takes, no answer is left to learn; nothing else is left out.
    const codes = training.result?.skipped.rows.map(({ code }) => code) ?? [];
    expect(codes.filter((code) => !code.endsWith("nothing_left_after_truncation"))).toEqual([]);
    expect((training.result?.validationRows ?? 0) + codes.filter((code) => code.startsWith("validation_")).length).toBe(held);
    const losses = values("eval", "loss");
    process.stdout.write(`${name}: validation loss ${losses.map((loss) => loss.toFixed(3)).join(" → ")}\n`);
    expect(losses.length).toBeGreaterThan(2);
    // The weights that are kept are those of the lowest loss.
    expect(training.result?.bestEvalLoss).toBeLessThan((losses[0] ?? 0) * 0.97);
  }, SECONDS * 1000);

  it.skipIf(!hasData)("prefers the chosen answers of real people's questions", async () => {
    const rows = 40;
    const columns = { question: dialogue, good: "chosen.value", bad: "rejected.value" };
    const quick = { chosenColumn: "good", rejectedColumn: "bad", maxLength: 256, gradientAccumulation: 1, batchSize: 4, epochs: 2, ...measured };
    const runId = await run(await onFile("preference-alignment", "dpo_en_demo.json", columns, { take: { count: rows }, train: quick, try: { maxTokens: 4 } }));
    const { values } = await readTrained(runId);
    const margins = values("train", "rewards/margins");
    process.stdout.write(`dpo_en_demo.json: first loss ${String(values("train", "loss")[0])}, margins ${margins.map((margin) => margin.toFixed(3)).join(" ")}; validation ${values("eval", "rewards/margins").join(" → ")}\n`);
    expect(values("train", "loss")[0]).toBeCloseTo(Math.LN2, 4);
    expect(margins[0]).toBeCloseTo(0, 4);
    const mean = (some: number[]): number => some.reduce((sum, value) => sum + value, 0) / some.length;
    expect(mean(margins.slice(-5))).toBeGreaterThan(0.05);
  }, SECONDS * 1000);

  it.skipIf(!hasData)("takes questions of HotpotQA apart, every row counted", async () => {
    const runId = await run(await onFile("question-decomposition", "hotpotqa_dev_simplified.json", {}, { take: { count: 40 }, decompose: { maxTokens: 24 } }));
    // A source takes no rows in.
    expect(await count(runId, "load")).toEqual([0, 7405, 0]);
    expect(await count(runId, "decompose")).toEqual([40, 40, 0]);
    const [taken, kept, left] = await count(runId, "check");
    expect([taken, kept + left]).toEqual([40, 40]);
    expect(await count(runId, "rename")).toEqual([kept, kept, 0]);
  });
});
