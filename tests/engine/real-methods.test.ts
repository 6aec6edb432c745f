import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeFile } from "@/lib/engine/file-store";
import { readIssues } from "@/lib/results/read-results";
import { chatError, type ChatServer, type ReceivedCall } from "@/tests/support/chat-server";
import { type ChatEngine, openChatEngine } from "@/tests/support/chat-engine";
import { makeDocument, step, type DrawnSteps } from "@/tests/support/draw";
import { readCsv } from "@/tests/support/read-csv";
import { projectFolder } from "@/tests/support/test-engine";

const data = join(projectFolder, "..", "shared", "data");
const files = {
  hotpot: join(data, "hotpotqa_dev_simplified.json"),
  train: join(data, "banking77_train.csv"),
  test: join(data, "banking77_test.csv"),
  bench: join(data, "mt_bench_questions.jsonl"),
  gsm: join(data, "gsm8k_test.jsonl"),
};
const missing = Object.values(files).filter((path) => !existsSync(path));
if (missing.length > 0) process.stdout.write("The tests of methods on real inputs are skipped: there is no folder ../shared/data beside the project with HotpotQA, Banking77, MT-bench and GSM8K.\n");

const MODEL = { connection: "stub", model: "stub-model" };
const never = new AbortController().signal;

/** What is asked, without what was said before a correction. */
const promptOf = (call: ReceivedCall): string => call.body.messages.find(({ role }) => role === "user")?.content ?? "";

describe.skipIf(missing.length > 0)("methods on real inputs", () => {
  let opened: ChatEngine;
  let engine: ChatEngine["engine"];
  let chat: ChatEngine["chat"];

  beforeAll(async () => {
    opened = await openChatEngine([{ id: MODEL.connection, concurrency: 64 }]);
    ({ engine, chat } = opened);
  });
  afterAll(() => opened.close());

  async function load(path: string) {
    const name = basename(path);
    const { sha256 } = await storeFile(engine.resources, name, Readable.from([await readFile(path)]));
    return step("load-file", { file: { sha256, name } });
  }

  async function run(nodes: DrawnSteps, edges: string[], answer: ChatServer["answer"]): Promise<string> {
    chat.answer = answer;
    chat.calls.length = 0;
    return engine.run(makeDocument(nodes, edges), { seconds: 90 });
  }

  async function issueRows(runId: string, node: string, kind: "rejected" | "failed"): Promise<[number, string][]> {
    const { issues } = await readIssues(engine.resources, `run~${runId}~${node}~output`, { kind, offset: 0, limit: 200 }, never);
    return issues.map(({ inputRow, error }): [number, string] => [inputRow ?? -1, error.code]).sort(([a], [b]) => a - b);
  }

  async function readLines<Line>(path: string): Promise<Line[]> {
    return (await readFile(path, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
  }

  it("HotpotQA: takes 7,405 questions apart into typed lists, each in its place, whatever the reply is wrapped in", async () => {
    const questions = (JSON.parse(await readFile(files.hotpot, "utf8")) as { question: string }[]).map(({ question }) => question);
    expect(questions.length).toBe(7405);
    const takeApart = (question: string): string[] => {
      const words = question.split(" ");
      const half = Math.ceil(words.length / 2);
      return [`${words.slice(0, half).join(" ")}?`, words.slice(half).join(" ")];
    };
    const wrap = [(json: string) => json, (json: string) => `\`\`\`json\n${json}\n\`\`\``, (json: string) => `Of course.\n${json}\nIs that what you want?`];
    const reply = (question: string): string => wrap[question.length % wrap.length]?.(JSON.stringify({ sub_questions: takeApart(question), hops: question.length % 4 })) ?? "";
    // Every so many a reply without the list has to be sent back.
    const isCorrected = (question: string): boolean => question.length % 97 === 0;
    const instruction = "Take the question apart. Question: ";
    const runId = await run(
      {
        load: await load(files.hotpot),
        apart: step("structured-prompt", {
          model: MODEL,
          prompt: `${instruction}{question}`,
          fields: [
            { name: "sub_questions", type: "texts", description: "", choices: [] },
            { name: "hops", type: "integer", description: "", choices: [] },
          ],
        }),
        each: step("explode", { column: "sub_questions", indexColumn: "place" }),
      },
      ["load.output>apart.input", "apart.output>each.input"],
      (call) => {
        const question = promptOf(call).slice(instruction.length);
        const isSentBack = call.body.messages.some(({ role }) => role === "assistant");
        return isCorrected(question) && !isSentBack ? '{"hops": 1}' : reply(question);
      },
    );
    const unique = [...new Set(questions)];
    expect(unique.filter(isCorrected).length).toBeGreaterThan(20);
    expect(chat.calls.length).toBe(unique.length + unique.filter(isCorrected).length);
    const rows = await engine.readRows(runId, "apart");
    expect(rows.map(({ question, generations }) => [question, generations])).toEqual(questions.map((question) => [question, reply(question)]));
    expect(rows.map(({ hops }) => Number(hops))).toEqual(questions.map((question) => question.length % 4));
    const parts = await engine.readRows(runId, "each");
    expect(parts.map(({ question, sub_questions: part, place }) => [question, part, Number(place)])).toEqual(questions.flatMap((question) => takeApart(question).map((part, index) => [question, part, index + 1])));
    expect((await engine.readResult(runId, "apart")).totals).toMatchObject({ rowsIn: 7405, rowsOut: 7405, rejected: 0, failed: 0 });
  });

  it("Banking77: shows 231 examples of all 77 labels, and 200 prompts are DataDreamer's byte for byte", async () => {
    const [train, test] = await Promise.all([files.train, files.test].map(async (path) => readCsv(await readFile(path, "utf8")).slice(1)));
    const runId = await run(
      {
        train: await load(files.train),
        test: await load(files.test),
        examples: step("sample", { by: "rows", rows: 231, stratify: "category", seed: 7 }),
        asked: step("take", { count: 200 }),
        bare: step("few-shot-prompt", { model: MODEL, column: "text", exampleInput: "text", exampleOutput: "category" }),
        told: step("few-shot-prompt", { model: MODEL, column: "text", exampleInput: "text", exampleOutput: "category", instruction: "Name the label.", maxExamples: 5 }),
      },
      ["train.output>examples.input", "test.output>asked.input", "asked.output>bare.input", "examples.output>bare.examples", "asked.output>told.input", "examples.output>told.examples"],
      (call) => ` ${String(promptOf(call).length)}\n`,
    );
    expect((await engine.readRows(runId, "train")).map(({ text, category }) => [text, category])).toEqual(train);
    const examples = (await engine.readRows(runId, "examples")).map(({ text, category }) => [String(text), String(category)]);
    expect(examples.length).toBe(231);
    const count = (rows: string[][] | undefined, label: string): number => rows?.filter((row) => row[1] === label).length ?? 0;
    const labels = [...new Set(train?.map((row) => row[1] ?? ""))];
    expect(labels.length).toBe(77);
    const unfair = labels.filter((label) => Math.abs(count(examples, label) - (count(train, label) * 231) / (train?.length ?? 1)) > 1);
    expect(unfair).toEqual([]);
    const show = ([text, label]: string[]): string => `Input: ${text ?? ""}\nOutput: ${label ?? ""}\n`;
    const shown = examples.map(show).join("");
    const asked = test?.slice(0, 200).map(([text]) => text ?? "") ?? [];
    const expected = asked.map((text) => `${shown}Input: ${text}\nOutput:`);
    const bare = await engine.readRows(runId, "bare");
    expect(bare.map(({ prompts }) => prompts)).toEqual(expected);
    expect(bare.map(({ generations }) => generations)).toEqual(expected.map((prompt) => String(prompt.length)));
    const five = examples.slice(0, 5).map(show).join("");
    expect((await engine.readRows(runId, "told")).map(({ prompts }) => prompts)).toEqual(asked.map((text) => `Name the label.\n\n${five}Input: ${text}\nOutput:`));
  });

  it("MT-bench: ranks by replies of every hard kind, and each question is sorted in, rejected or failed", async () => {
    const kinds: [reply: string | null, score: number | null][] = [
      ["Score: 7.", 7], ["8-9", null], ["-2", -2], ["**9**", 9], ["7,5", 7.5], ["There are 2 faults. Score: 4", 4], ["3/10", 3], ["a. 5", 5], ["Điểm: 8".normalize("NFD"), 8], ["Điểm số là 9,5".normalize("NFD"), 9.5], ["评分：６", 6],
      ["I cannot rate this.", null], ["...", null], ["Không có điểm".normalize("NFD"), null], ["GPT-4 would know", null], [null, null],
    ];
    const questions = await readLines<{ question_id: number; turns: string[] }>(files.bench);
    const kindOf = (id: number) => kinds[id % kinds.length] ?? [null, null];
    const instruction = "Rate the question.";
    const idOf = new Map(questions.map(({ question_id: id, turns }) => [`Input: ${turns[0] ?? ""}\n\nInstruction: ${instruction}`, id]));
    const runId = await run(
      { load: await load(files.bench), first: step("map-column", { column: "asked", expression: "turns[1]", type: "text" }), rank: step("rank-with-prompt", { model: MODEL, column: "asked", instruction, threshold: 4 }) },
      ["load.output>first.input", "first.output>rank.input"],
      (call) => kindOf(idOf.get(promptOf(call)) ?? -1)[0] ?? chatError(400, "the content is not allowed"),
    );
    const scored = questions.map(({ question_id: id }, row) => ({ row, id, reply: kindOf(id)[0], score: kindOf(id)[1] }));
    const kept = scored.filter(({ score }) => (score ?? 0) >= 4).sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.row - b.row);
    expect((await engine.readRows(runId, "rank")).map((row) => [Number(row.question_id), row.scores, row.generations])).toEqual(kept.map(({ id, score, reply }) => [id, score, reply]));
    const rejected = scored.filter(({ reply, score }) => reply !== null && (score ?? -1) < 4);
    expect(await issueRows(runId, "rank", "rejected")).toEqual(rejected.map(({ row, score }) => [row, score === null ? "reply_unparseable" : "below_threshold"]));
    const failed = scored.filter(({ reply }) => reply === null).map(({ row }) => row);
    expect((await issueRows(runId, "rank", "failed")).map(([row]) => row)).toEqual(failed);
    expect((await engine.readResult(runId, "rank")).totals).toMatchObject({ rowsIn: 80, rowsOut: kept.length, rejected: rejected.length, failed: failed.length });
  });

  describe.each([
    ["English", "Response A", "Response B"],
    ["Vietnamese, typed with separate diacritics,", "Câu trả lời A", "Câu trả lời B"],
  ])("MT-bench: judged in both orders by replies with %s labels", (_, labelA, labelB) => {
    const typed = (text: string): string => text.normalize("NFD");
    /** The reply to a pair, by whether the first one shown is the left one; null where the server refuses. */
    const kinds: { reply: (isLeftFirst: boolean) => string | null; expected: [judgement: string, conflict: boolean] | "rejected" | "failed" }[] = [
      { reply: (isLeftFirst) => (isLeftFirst ? labelA : labelB), expected: [labelA, false] },
      { reply: (isLeftFirst) => `**${isLeftFirst ? labelB : labelA}** is better.`, expected: [labelB, false] },
      { reply: () => labelA, expected: ["tie", true] },
      { reply: () => labelB.toUpperCase(), expected: ["tie", true] },
      { reply: (isLeftFirst) => `${labelA} is short.\n${labelB} is whole.\n\n${isLeftFirst ? labelA : labelB}`, expected: [labelA, false] },
      { reply: () => `${labelA} and ${labelB} are as good.`, expected: "rejected" },
      { reply: () => "Neither.", expected: "rejected" },
      { reply: () => `${labelA}bc`, expected: "rejected" },
      { reply: (isLeftFirst) => (isLeftFirst ? labelA : "..."), expected: "rejected" },
      { reply: (isLeftFirst) => (isLeftFirst ? null : labelA), expected: "failed" },
    ];

    it("gives a verdict, a conflict, a rejection or a failure, never a guess", async () => {
      const questions = await readLines<{ question_id: number; turns: string[] }>(files.bench);
      const right = (id: number): string => (id % 11 === 0 ? `left ${String(id)}` : `right ${String(id)}`);
      const runId = await run(
        {
          load: await load(files.bench),
          pairs: step("javascript", { code: "(row) => ({ asked: row.turns[0], l: `left ${row.question_id}`, r: `${row.question_id % 11 === 0 ? 'left' : 'right'} ${row.question_id}` })", columns: ["asked", "l", "r"].map((name) => ({ name, type: "text" })) }),
          judge: step("judge-generation-pairs", { model: MODEL, promptsColumn: "asked", a: "l", b: "r", order: "both", aLabel: `${labelA}:`, bLabel: `${labelB}:` }),
        },
        ["load.output>pairs.input", "pairs.output>judge.input"],
        (call) => {
          const [, side, id] = new RegExp(`\n\n${labelA}: (left|right) (\\d+)\n\n`).exec(promptOf(call)) ?? [];
          const reply = kinds[Number(id) % kinds.length]?.reply(side === "left");
          return reply == null ? chatError(400, "the content is not allowed") : typed(reply);
        },
      );
      const rows = questions.map(({ question_id: id }, row) => ({ row, id, expected: right(id).startsWith("left") ? (["tie", null] as const) : (kinds[id % kinds.length]?.expected ?? "failed") }));
      const judged = rows.flatMap(({ id, expected }) => (typeof expected === "string" ? [] : [[id, expected[0], expected[1]]]));
      expect((await engine.readRows(runId, "judge")).map((row) => [Number(row.question_id), row.judgements, row.conflict])).toEqual(judged);
      const rejected = rows.filter(({ expected }) => expected === "rejected").map(({ row }) => row);
      const failed = rows.filter(({ expected }) => expected === "failed").map(({ row }) => row);
      expect(await issueRows(runId, "judge", "rejected")).toEqual(rejected.map((row) => [row, "reply_unparseable"]));
      expect((await issueRows(runId, "judge", "failed")).map(([row]) => row)).toEqual(failed);
      const ties = rows.filter(({ id }) => right(id).startsWith("left")).length;
      expect((await engine.readResult(runId, "judge")).totals).toMatchObject({ rowsIn: 80, rowsOut: judged.length, rejected: rejected.length, failed: failed.length });
      expect([ties, judged.length + rejected.length + failed.length]).toEqual([7, 80]);
    });
  });

  it("GSM8K: keeps exactly the answers whose number is the one behind ####", async () => {
    const tasks = await readLines<{ question: string; answer: string }>(files.gsm);
    expect(tasks.length).toBe(1319);
    const gold = new Map(tasks.map(({ question, answer }) => [question, Number((answer.split("#### ")[1] ?? "").replaceAll(",", ""))]));
    const say = (question: string): string => {
      const right = gold.get(question) ?? 0;
      switch (question.length % 5) {
        case 0:
          return `So the answer is ${right.toLocaleString("en-US")}.\n#### $${right.toLocaleString("en-US")}`;
        case 1:
          return `#### ${String(right + 1)}`;
        case 2:
          return "I do not know.";
        case 3:
          return `First 12, then #### ${String(right)}.`;
        default:
          return `#### ${String(right)}.00`;
      }
    };
    const runId = await run(
      {
        load: await load(files.gsm),
        solve: step("prompt", { model: MODEL, prompt: "{question}" }),
        gold: step("regex-extract", { column: "answer", pattern: "#### (-?[0-9,.]+)", group: 1, name: "gold_text", unmatched: "reject" }),
        said: step("javascript", { code: "(row) => { const n = (text) => Number(text.replaceAll(',', '').replace(/\\.$/, '')); const found = /#### \\$?(-?[0-9,.]+)/.exec(row.generations); return found ? { gold: n(row.gold_text), said: n(found[1]) } : null; }", columns: [{ name: "gold", type: "number" }, { name: "said", type: "number" }] }),
        keep: step("filter-rows", { condition: "gold = said" }),
      },
      ["load.output>solve.input", "solve.output>gold.input", "gold.output>said.input", "said.output>keep.input"],
      (call) => say(promptOf(call)),
    );
    const kinds = tasks.map(({ question }) => question.length % 5);
    const answered = tasks.filter((_, row) => kinds[row] !== 2);
    const agreeing = tasks.filter((_, row) => kinds[row] !== 1 && kinds[row] !== 2);
    expect((await engine.readResult(runId, "gold")).totals).toMatchObject({ rowsIn: 1319, rowsOut: 1319, rejected: 0, failed: 0 });
    expect((await engine.readResult(runId, "said")).totals).toMatchObject({ rowsIn: 1319, rowsOut: answered.length, rejected: 1319 - answered.length, failed: 0 });
    expect((await engine.readResult(runId, "keep")).totals).toMatchObject({ rowsIn: answered.length, rowsOut: agreeing.length, rejected: answered.length - agreeing.length });
    expect((await engine.readRows(runId, "keep")).map(({ question, gold: number }) => [question, number])).toEqual(agreeing.map(({ question }) => [question, gold.get(question)]));
  });
});
