import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createConnection, updateConnection } from "@/lib/models/connections";
import { testConnection } from "@/lib/models/test-connection";
import { addWorkerResources } from "@/lib/engine/open-resources";
import { gatherKnown } from "@/lib/engine/gather-known";
import { databaseAccess } from "@/lib/engine/database-access";
import { connectPostgres } from "@/lib/databases/connect-postgres";
import { definition } from "@/lib/steps/sources/query-postgres/definition";
import { run as runner } from "@/lib/steps/sources/query-postgres/runner";
import { runStepFixture } from "@/lib/steps/_sdk/test-harness";
import type { TableRunner } from "@/lib/steps/_sdk/step-runner";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let owner: Client;
let connection: string;
/** The suite's own database, read by a person with a password of their own. */
let address: { host: string; database: string };
const PERSON = "reader";
const PASSWORD = "p@ss:wörd/%";

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  const url = new URL(engine.env.DATABASE_URL);
  address = { host: url.host, database: url.pathname.slice(1) };
  owner = new Client({ connectionString: engine.env.DATABASE_URL });
  await owner.connect();
  await owner.query("CREATE SCHEMA shop");
  await owner.query(`
    CREATE TYPE shop.mood AS ENUM ('glad', 'sad');
    CREATE TABLE shop.kinds (
      small smallint, big bigint, exact numeric(30, 10), loose numeric, real8 double precision, yes boolean, words text, day date,
      local timestamp, instant timestamptz, doc jsonb, raw bytea, ints integer[], texts text[], grid integer[], id uuid, mood shop.mood, span interval);
    INSERT INTO shop.kinds VALUES (1, 9007199254740993, 12345678901234567890.0123456789, 0.5, 'NaN', true, E'Đặng "x"\\n', '2024-02-29',
      '2024-02-29 12:30:00.25', '2024-02-29 12:30:00+07', '{"a": [1, {"b": null}]}', '\\x00ff', '{1,NULL,3}', '{"a,b",NULL,"c\\"d"}', '{{1,2},{3,4}}',
      '00000000-0000-0000-0000-000000000001', 'glad', '1 day 02:00:00');
    INSERT INTO shop.kinds DEFAULT VALUES;
    CREATE TABLE shop.many AS SELECT i, 'row ' || i AS text FROM generate_series(0, 4999) AS i;
    DROP ROLE IF EXISTS ${PERSON}`);
  await owner.query(`CREATE ROLE ${PERSON} LOGIN PASSWORD '${PASSWORD}'`);
  await owner.query(`GRANT USAGE ON SCHEMA shop TO ${PERSON}; GRANT ALL ON ALL TABLES IN SCHEMA shop TO ${PERSON}`);
  const made = await createConnection(engine.resources, { name: "Shop", provider: "postgresql", baseUrl: `postgresql://${PERSON}@${address.host}/${address.database}`, apiKey: PASSWORD });
  connection = made.id;
});
afterAll(async () => {
  await owner.query(`DROP OWNED BY ${PERSON}; DROP ROLE ${PERSON}`);
  await owner.end();
  await engine.close();
});

const step = (query: string, params: Record<string, unknown> = {}) => ({ step: "query-postgres", params: { connection, query, seconds: 20, ...params } });

async function run(query: string, params: Record<string, unknown> = {}, rowLimit: number | null = null): Promise<string> {
  const runId = await engine.start(makeDocument({ q: step(query, params) }, []), { rowLimit });
  await engine.waitForRun(runId);
  return runId;
}

/** Codes of the error that the step fails with, and of the one that is shown before it runs. */
async function findErrors(query: string, params: Record<string, unknown> = {}): Promise<{ run: string | null; probe: string | undefined }> {
  const { params: given } = step(query, params);
  const access = await databaseAccess(engine.resources, connection);
  const outcome = await runStepFixture({ definition, runner: runner as unknown as TableRunner<Record<string, unknown>>, database: access }, { params: given, expect: {} });
  const { probes } = await gatherKnown(engine.resources, makeDocument({ q: step(query, params) }, []), { workflowId: null, rowLimit: null });
  const [probe] = Object.values(probes);
  return { run: outcome.error, probe: probe && "code" in probe ? probe.code : undefined };
}

it("brings every value over with its type, and empty cells", async () => {
  const runId = await run("SELECT * FROM shop.kinds ORDER BY small");
  const [full, empty] = await engine.readRows(runId, "q");
  expect(full).toMatchObject({
    small: 1n,
    big: 9007199254740993n,
    loose: 0.5,
    real8: NaN,
    yes: true,
    words: 'Đặng "x"\n',
    raw: "AP8=",
    texts: ["a,b", null, 'c"d'],
    ints: [1n, null, 3n],
    id: "00000000-0000-0000-0000-000000000001",
    mood: "glad",
    span: "P1DT2H",
  });
  expect(JSON.parse(String(full?.["grid"]))).toEqual([[1, 2], [3, 4]]);
  expect(JSON.parse(String(full?.["doc"]))).toEqual({ a: [1, { b: null }] });
  expect(Object.values(empty ?? {}).every((value) => value === null)).toBe(true);
  const { outputs } = await engine.readResult(runId, "q");
  expect(Object.fromEntries(outputs.tables["output"]?.columns.map(({ name, type }) => [name, type]) ?? [])).toMatchObject({ small: "integer", exact: "number", loose: "number", yes: "boolean", words: "text", day: "date", local: "timestamp", instant: "timestamp", doc: "object", ints: "list", texts: "list", id: "text" });
});

it("keeps every digit of a number with a stated precision", async () => {
  const told = { step: "map-column", params: { column: "told", expression: "exact::VARCHAR", type: "as-computed" } };
  const runId = await engine.run(makeDocument({ q: step("SELECT exact FROM shop.kinds WHERE small = 1"), told }, ["q.output>told.input"]));
  expect((await engine.readRows(runId, "told")).map((row) => row["told"])).toEqual(["12345678901234567890.0123456789"]);
});

it("keeps times as instants in UTC", async () => {
  const runId = await run("SELECT instant, local, day FROM shop.kinds WHERE small = 1");
  const [row] = await engine.readRows(runId, "q");
  expect([row?.["instant"], row?.["local"]].map((time) => (time as Date).toISOString())).toEqual(["2024-02-29T05:30:00.000Z", "2024-02-29T12:30:00.250Z"]);
});

it("reads many rows in order, no more than the row limit, and knows the columns before it runs", async () => {
  const runId = await run("SELECT * FROM shop.many ORDER BY i;");
  expect((await engine.readRows(runId, "q")).map(({ i }) => Number(i))).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  const limited = await run("SELECT * FROM shop.many ORDER BY i", {}, 7);
  expect((await engine.readRows(limited, "q")).length).toBe(7);
  const known = await gatherKnown(engine.resources, makeDocument({ q: step("SELECT i, text, i AS i FROM shop.many") }, []), { workflowId: null, rowLimit: null });
  expect(Object.values(known.probes)).toEqual([{ columns: [{ name: "i", type: "integer" }, { name: "text", type: "text" }, { name: "i (2)", type: "integer" }], rows: null }]);
});

it("gives the columns of a query without rows", async () => {
  const runId = await run("SELECT i, text FROM shop.many WHERE false");
  expect((await engine.readResult(runId, "q")).outputs.tables["output"]?.columns).toEqual([{ name: "i", type: "integer" }, { name: "text", type: "text" }]);
});

it("stops a query that takes too long", async () => {
  const errors = await findErrors("SELECT pg_sleep(30)", { seconds: 1 });
  expect(errors).toEqual({ run: "sql_too_slow", probe: undefined });
});

it.each([
  "DELETE FROM shop.many",
  "SELECT 1; DELETE FROM shop.many",
  "SELECT 1; COMMIT; DELETE FROM shop.many",
  "WITH gone AS (DELETE FROM shop.many RETURNING 1) SELECT * FROM gone",
  "SELECT set_config('transaction_read_only', 'off', false), nextval('nothing')",
  "COPY shop.many TO PROGRAM 'cat'",
  "SELECT nothing FROM shop.many",
  "SELECT * FROM (SELECT 1",
])("does not run %s", async (query) => {
  expect(await findErrors(query)).toEqual({ run: "sql_invalid", probe: "sql_invalid" });
  expect((await owner.query<{ rows: string }>("SELECT count(*) AS rows FROM shop.many")).rows[0]?.rows).toBe("5000");
});

it("keeps the password sealed, and asks for it again where the address changes", async () => {
  const { rows } = await owner.query<{ text: string }>("SELECT connection::text AS text FROM connection");
  expect(rows.some(({ text }) => text.includes(PASSWORD))).toBe(false);
  expect(await databaseAccess(engine.resources, connection)).toEqual({ url: `postgresql://${PERSON}@${address.host}/${address.database}`, password: PASSWORD });
  await expect(updateConnection(engine.resources, connection, { name: "Shop", provider: "postgresql", baseUrl: "postgresql://reader@elsewhere.example/x" })).rejects.toMatchObject({ code: "invalid_request" });
});

it.each([
  { provider: "postgresql", baseUrl: "https://db.example" },
  { provider: "postgresql", baseUrl: "" },
  { provider: "postgresql", baseUrl: "postgresql://person:secret@db.example/x" },
  { provider: "postgresql", baseUrl: "postgresql://db.example" },
  { provider: "openai", baseUrl: "postgresql://person@db.example/x" },
] as const)("refuses the address %o", async ({ provider, baseUrl }) => {
  await expect(createConnection(engine.resources, { name: "x", provider, baseUrl })).rejects.toThrow();
});

it("tests a connection, and says why it fails", async () => {
  const resources = addWorkerResources(engine.resources);
  expect(await testConnection(resources, connection, null)).toMatchObject({ ok: true, reply: expect.stringMatching(/^PostgreSQL \d+/) as string, error: null });
  const wrong = await createConnection(engine.resources, { name: "Wrong", provider: "postgresql", baseUrl: `postgresql://${PERSON}@${address.host}/missing`, apiKey: PASSWORD });
  expect(await testConnection(resources, wrong.id, null)).toMatchObject({ ok: false, error: { code: "database_unreachable" } });
  for (const host of ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]"]) {
    await expect(connectPostgres({ url: `postgresql://x@${host}/x`, password: null })).rejects.toMatchObject({ code: "database_address" });
  }
  await expect(connectPostgres({ url: "postgresql://x@127.0.0.1:1/x", password: null })).rejects.toMatchObject({ code: "database_unreachable" });
});

it("says before a run that the connection is gone", async () => {
  await expect(run("SELECT 1", { connection: "gone" })).rejects.toMatchObject({ code: "workflow_has_errors" });
});
