import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deleteResult, freeLeftovers, measureStorage } from "@/lib/storage/storage";
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

const words = (count: number) =>
  makeDocument(
    {
      words: { step: "type-table", params: { table: { columns: [{ name: "word", type: "text" }], rows: Array.from({ length: count }, (_, row) => [`word ${String(row)}`]) } } },
      take: { step: "take", params: { count: 2 } },
    },
    ["words.output>take.input"],
  );

async function run(count: number): Promise<string> {
  return engine.run(words(count));
}

it("counts what results hold, frees what none names once it has settled, and keeps what can be opened", async () => {
  const runId = await run(50);
  const { outputs } = await engine.readResult(runId, "words");
  const folder = join(engine.resources.dataFolder, outputs.tables.output?.parts[0]?.file ?? "", "..");
  await writeFile(join(folder, "out-output-0-7.parquet"), "x".repeat(1000));
  const before = await measureStorage(engine.resources);
  expect(before.resultBytes).toBeGreaterThan(0);
  expect(before.largest.map(({ step }) => step).sort()).toEqual(["take", "words"]);
  // The step ended just now, so a worker may still be writing there.
  expect(before.leftoverBytes).toBe(0);
  expect(await freeLeftovers(engine.resources)).toEqual({ freedBytes: 0 });

  await engine.resources.database.pool.query("UPDATE step_run SET ended_at = now() - interval '1 hour'");
  expect((await measureStorage(engine.resources)).leftoverBytes).toBe(1000);
  expect(await freeLeftovers(engine.resources)).toEqual({ freedBytes: 1000 });
  expect((await measureStorage(engine.resources)).resultBytes).toBe(before.resultBytes);
  expect((await engine.readRows(runId, "words")).length).toBe(50);
});

it("deletes a result with its files; the step is made anew when it runs again", async () => {
  const runId = await run(60);
  const step = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "words" } } });
  const count = (await readdir(join(engine.resources.dataFolder, "tables"))).length;
  await deleteResult(engine.resources, step.fingerprint);
  expect((await readdir(join(engine.resources.dataFolder, "tables"))).length).toBe(count - 1);
  await expect(deleteResult(engine.resources, step.fingerprint)).rejects.toMatchObject({ code: "not_found" });
  const again = await run(60);
  expect((await engine.readRows(again, "words")).length).toBe(60);
});

it("does not delete what a run that goes on may be reading", async () => {
  const runId = await run(70);
  const step = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "words" } } });
  await engine.resources.database.pool.query("UPDATE run SET state = 'paused' WHERE id = $1", [runId]);
  await expect(deleteResult(engine.resources, step.fingerprint)).rejects.toMatchObject({ code: "result_in_use" });
  await engine.resources.database.pool.query("UPDATE run SET state = 'done' WHERE id = $1", [runId]);
});
