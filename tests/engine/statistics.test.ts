import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profileColumns } from "@/lib/tables/profile-columns";
import { makeDocument, step, typed } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

/** A table that no file could hold as JSON: values that are no finite numbers, and some whose squares are beyond a double. */
const HARD = `SELECT * FROM (VALUES (1, 'NaN'::DOUBLE, 1e200, 'a'), (2, 'Infinity', -1e200, 'a'), (3, '-Infinity', 1e308, 'b'), (4, 2, 1.5e308, 'b'), (5, 4, NULL, 'b')) t(id, odd, large, g)`;

describe("statistics of numbers that are not finite, or very large", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await openTestEngine();
    await engine.startWorker();
  });
  afterAll(() => engine.close());

  const run = (next: ReturnType<typeof step>) =>
    engine.run(makeDocument({ rows: typed(["x"], [["1"]]), hard: step("sql", { query: HARD }), next }, ["rows.output>hard.inputs", "hard.output>next.input"]));

  it("are summarised over the finite ones, which are counted apart", async () => {
    const rows = await engine.readRows(await run(step("summarise-numbers", { columns: ["odd", "large"] })), "next", "summary");
    expect(rows[0]).toMatchObject({ column: "odd", rows: 2n, not_finite: 3n, mean: 3, median: 3, min: 2, max: 4, stddev: Math.SQRT2 });
    expect(rows[1]).toMatchObject({ column: "large", rows: 4n, not_finite: 0n, min: -1e200, max: 1.5e308 });
    expect(Number(rows[1]?.mean) / 6.25e307).toBeCloseTo(1, 10);
    expect(Number.isFinite(Number(rows[1]?.stddev))).toBe(true);
  });

  it("are grouped, with NaN for what no number can tell", async () => {
    const aggregates = ["odd", "large"].map((column) => ({ column, function: "stddev", name: `${column}_sd` }));
    const rows = await engine.readRows(await run(step("group", { keys: ["g"], aggregates })), "next");
    expect(rows).toHaveLength(2);
    expect(Number(rows[0]?.large_sd) / (Math.SQRT2 * 1e200)).toBeCloseTo(1, 10);
  });

  it("are correlated", async () => {
    const rows = await engine.readRows(await run(step("correlation", { a: "id", b: "large" })), "next", "summary");
    expect(rows.map(({ measure }) => measure)).toEqual(["spearman", "pearson", "rows"]);
    expect(Number(rows[1]?.value)).toBeGreaterThan(0.8);
  });

  it("are profiled with finite numbers alone", async () => {
    const { outputs } = await engine.readResult(await run(step("take", { count: 9 })), "next");
    const manifest = outputs.tables.output;
    const session = await engine.resources.duckdb.openSession({ readable: [engine.env.REVERIE_DATA] });
    const { columns } = await profileColumns(session, { dataFolder: engine.env.REVERIE_DATA, manifest: manifest ?? { columns: [], parts: [], rows: 0 } });
    session.close();
    for (const { mean, min, max, histogram } of columns) {
      for (const value of [mean, min, max, ...histogram.flatMap(({ from, to }) => [from, to])]) expect(value === null || Number.isFinite(value)).toBe(true);
    }
    expect(columns.find(({ name }) => name === "large")?.min).toBe(-1e200);
  });
});
