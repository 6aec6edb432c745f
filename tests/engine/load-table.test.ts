import { afterAll, beforeAll, expect, it } from "vitest";
import { gatherKnown } from "@/lib/engine/gather-known";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { describeStoredTable, listStoredTables } from "@/lib/results/stored-tables";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { createWorkflow } from "@/lib/workflows/workflow-store";
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

const made = (words: string[]) => makeDocument({ words: { step: "type-table", params: { table: { columns: [{ name: "word", type: "text" }], rows: words.map((word) => [word]) } } } }, []);

async function run(document: ReturnType<typeof made>, workflowId: string): Promise<string> {
  return engine.run(document, { workflowId });
}

it("loads a table of another workflow, keeps to it when that runs again, and tells of the newer one", async () => {
  const source = await createWorkflow(engine.resources, { ...made([]), name: "Words" });
  await run(made(["một", "hai"]), source.id);
  const [first] = await listStoredTables(engine.resources, "wor");
  expect(first).toMatchObject({ workflow: "Words", step: "words", port: "output", rows: 2 });
  const address = first?.tableId ?? "";

  const reader = makeDocument({ load: { step: "load-table", params: { table: address } }, take: { step: "take", params: { count: 1 } } }, ["load.output>take.input"]);
  const { id } = await createWorkflow(engine.resources, reader);
  const plan = planWorkflow(reader, stepDefinitions, await gatherKnown(engine.resources, reader, { workflowId: id, rowLimit: null }));
  expect(plan.steps.get("load")?.columns.output).toEqual([{ name: "word", type: "text" }]);
  expect(await engine.readRows(await run(reader, id), "take")).toEqual([{ word: "một" }]);

  await run(made(["ba"]), source.id);
  const current = await describeStoredTable(engine.resources, address);
  expect(current).toMatchObject({ rows: 2 });
  expect(current?.newer).toBe((await listStoredTables(engine.resources, "Words"))[0]?.tableId);
  expect(current?.newer).not.toBe(address);
  expect(await engine.readRows(await run(reader, id), "load")).toEqual([{ word: "một" }, { word: "hai" }]);
});

it("says so where the table is not stored any more", async () => {
  const document = makeDocument({ load: { step: "load-table", params: { table: `fp~${"0".repeat(64)}~output` } } }, []);
  const plan = planWorkflow(document, stepDefinitions, await gatherKnown(engine.resources, document, { workflowId: null, rowLimit: null }));
  expect(plan.steps.get("load")?.problems.map((problem) => problem.code)).toEqual(["table_missing"]);
  expect(await describeStoredTable(engine.resources, `fp~${"0".repeat(64)}~output`)).toBeNull();
});
