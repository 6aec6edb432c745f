import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { previewDocumentChunks } from "@/lib/engine/preview-chunks";
import { previewPrompt } from "@/lib/engine/preview-prompt";
import { storeFile } from "@/lib/engine/file-store";
import { makeDocument, step } from "@/tests/support/draw";
import { serveHttp, type HttpServer } from "@/tests/support/http-server";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let pages: HttpServer;
let fetched = 0;
/** Addresses of the stored tables, by node. */
const made: Record<string, string> = {};

const table = (columns: string[], rows: (string | null)[][]) => ({ step: "type-table", params: { table: { columns: columns.map((name) => ({ name, type: "text" })), rows } } });

beforeAll(async () => {
  pages = await serveHttp((_, reply) => {
    fetched += 1;
    reply.setHeader("content-type", "text/html").end("<h1>One</h1><p>First words here.</p><h2>Two</h2><p>Second words here.</p>");
  });
  engine = await openTestEngine({ env: { WEB_PRIVATE_HOSTS: new URL(pages.url).host } });
  await engine.startWorker();
  const nodes = { pairs: table(["q", "a", "b"], [["hi?", "yes", "no"]]), shots: table(["x", "y"], [["1", "one"], ["2", "two"]]), holes: table(["q"], [[null]]), none: table(["q"], []) };
  const runId = await engine.run(makeDocument(nodes, []));
  for (const id of Object.keys(nodes)) made[id] = `${(await engine.readResult(runId, id)).fingerprint}/output`;
});
afterAll(async () => {
  await engine.close();
  await pages.close();
});

const preview = (asked: { step: string; params: Record<string, unknown> }, inputs: Record<string, string>) =>
  previewPrompt(engine.resources, { ...asked, inputs: Object.fromEntries(Object.entries(inputs).map(([port, id]) => [port, [made[id] ?? ""]])) });

it("shows what a step would say for the first row, without a model", async () => {
  const judge = step("judge-generation-pairs", { promptsColumn: "q", a: "a", b: "b", order: "both", systemPrompt: "Be fair.", layout: "{{ prompt }}: {{ a }} or {{ b }}" });
  const shown = await preview(judge, { input: "pairs" });
  expect(shown).toEqual({
    messages: [
      { role: "system", text: "Be fair.", isCut: false },
      { role: "user", text: "hi?: yes or no", isCut: false },
      { role: "system", text: "Be fair.", isCut: false },
      { role: "user", text: "hi?: no or yes", isCut: false },
    ],
    hasRow: true,
    problem: null,
  });
});

it("reads tables beside the rows, and needs no table for a step that makes its rows", async () => {
  const fewShot = await preview(step("few-shot-prompt", { column: "q", exampleInput: "x", exampleOutput: "y" }), { input: "pairs", examples: "shots" });
  expect(fewShot.messages.map(({ text }) => text)).toEqual(["Input: 1\nOutput: one\nInput: 2\nOutput: two\nInput: hi?\nOutput:"]);
  expect((await preview(step("data-from-prompt", { instruction: "A tale." }), {})).messages.map(({ text }) => text)).toEqual(["A tale."]);
});

it("says why there is no prompt", async () => {
  const process = step("process-with-prompt", { column: "q", instruction: "Do." });
  expect(await preview(process, { input: "holes" })).toMatchObject({ messages: [], problem: { code: "row_value_null" } });
  expect(await preview(process, { input: "none" })).toEqual({ messages: [], hasRow: false, problem: null });
  expect(await preview(process, {})).toMatchObject({ problem: { code: "table_missing" } });
  await expect(preview(process, { input: "gone" })).rejects.toMatchObject({ code: "table_missing" });
  await expect(preview(step("embed", { column: "q", model: { connection: "local", model: "builtin" } }), { input: "pairs" })).rejects.toMatchObject({ code: "params_invalid" });
  expect(await preview({ ...process, params: { ...process.params, layout: "{{ raise_exception('no') }}" } }, { input: "pairs" })).toMatchObject({ problem: { code: "template_invalid" } });
});

it("shows the first chunks of a document as its parameters cut it", async () => {
  const text = Array.from({ length: 100 }, (_, number) => `Sentence number ${String(number)} of đây.`).join(" ");
  const file = await storeFile(engine.resources, "a.txt", Readable.from([text]));
  const load = (params: Record<string, unknown>) => previewDocumentChunks(engine.resources, step("load-documents", { file: { sha256: file.sha256, name: file.name }, ...params }));
  const whole = await load({});
  expect(whole).toMatchObject({ name: "a.txt", characters: text.length, hasMore: false, chunks: [{ size: text.length, overlap: 0, page: null, section: [], head: text.slice(0, 240), tail: text.slice(-120) }] });
  const cut = await load({ chunkBy: "sentence", chunkUnit: "words", chunkSize: 10, chunkOverlap: 5 });
  expect(cut.chunks.length).toBe(20);
  expect(cut.hasMore).toBe(true);
  expect(cut.chunks[0]).toEqual({ page: null, section: [], size: 10, overlap: 0, head: "Sentence number 0 of đây. Sentence number 1 of đây.", tail: "" });
  expect(cut.chunks[1]).toMatchObject({ size: 10, overlap: "Sentence number 1 of đây.".length, head: "Sentence number 1 of đây. Sentence number 2 of đây." });
  await expect(load({ chunkBy: "size", chunkSize: 10, chunkOverlap: 9 })).rejects.toMatchObject({ code: "params_invalid" });
  await expect(load({ file: null })).rejects.toMatchObject({ code: "param_required" });
});

it("fetches a page once, however often the way of cutting it changes", async () => {
  const load = (params: Record<string, unknown>, url = `${pages.url}/`) => previewDocumentChunks(engine.resources, step("load-web-page", { urls: url, mainTextOnly: false, ...params }));
  expect((await load({})).chunks.length).toBe(1);
  const byHeading = await load({ chunkBy: "heading", chunkSize: 100, chunkOverlap: 0 });
  expect(byHeading.chunks.map(({ section }) => section)).toEqual([["One"], ["One", "Two"]]);
  expect(fetched).toBe(1);
  await expect(load({}, "http://169.254.169.254/")).rejects.toMatchObject({ code: "page_address" });
});
