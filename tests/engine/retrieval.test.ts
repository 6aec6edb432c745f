import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
});
afterAll(async () => {
  await engine.close();
});

const rowsOf = (expression: string, count: number) => ({ step: "sql", params: { ...stepDefinitions["sql"].defaults, query: `SELECT i AS id, [sin(i * ${expression}), cos(i * ${expression}), sin(i * 0.3)]::FLOAT[3] AS embeddings FROM range(${String(count)}) r(i)` } });
const seed = { step: "type-table", params: { table: { columns: [{ name: "x", type: "text" }], rows: [["1"]] } } };

async function retrieve(queries: number, params: Record<string, unknown>): Promise<Record<string, unknown>[]> {
  const find = { step: "retrieve", params: { ...stepDefinitions.retrieve.defaults, carry: ["id"], k: 3, ...params } };
  const nodes = { seed, asked: rowsOf("0.71", queries), documents: rowsOf("0.37", 500), find };
  const edges = ["seed.output>asked.inputs", "seed.output>documents.inputs", "asked.output>find.queries", "documents.output>find.documents"];
  const runId = await engine.run(makeDocument(nodes, edges));
  return engine.readRows(runId, "find");
}

const indexes = () => readdir(join(engine.env.REVERIE_DATA, "derived"));

it("builds an index once for the same documents and settings, whatever is asked, and another for other settings", async () => {
  const first = await retrieve(20, { search: "approximate" });
  expect(first).toEqual(await retrieve(20, {}));
  expect((await indexes()).length).toBe(1);
  await retrieve(30, { search: "approximate", searchEffort: 200, k: 5 });
  expect((await indexes()).length).toBe(1);
  await retrieve(20, { search: "approximate", connectivity: 8 });
  await retrieve(20, { search: "approximate", measure: "inner-product" });
  expect((await indexes()).length).toBe(3);
});
