import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOpenApi, contracts } from "@/lib/http/make-openapi";
import { createSetupSecret } from "@/lib/accounts/accounts";
import { call, closeRoutes, named, useRoutesOf } from "@/tests/support/call-route";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";

let engine: TestEngine;
let chat: ChatServer;
let cookie: string;
let token: string;

beforeAll(async () => {
  engine = await openTestEngine();
  chat = await startChatServer();
  useRoutesOf(engine);
  const secret = await createSetupSecret(engine.resources);
  const made = await call(named("setUp"), { body: { token: secret, email: "Ada@example.org", name: "Ada", password: "correct horse" } });
  expect(made.status).toBe(200);
  cookie = (made.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const created = await call(named("createToken"), { headers: { cookie }, body: { name: "script" } });
  token = ((await created.json()) as { secret: string }).secret;
});

afterAll(async () => {
  await closeRoutes();
  await chat.close();
  await engine.close();
});

describe("every operation", () => {
  const closed = Object.entries(contracts).filter(([, contract]) => contract.access !== "anyone");
  const params = { workflowId: "w", versionId: "v", runId: "r", tokenId: "t", tableId: "run~a~b~output", row: "0", connectionId: "c", modelId: "m", fingerprint: "0".repeat(64), name: "n" };

  it.each(closed)("%s refuses who is not signed in", async (_name, contract) => {
    const body = contract.method === "GET" ? undefined : {};
    const anonymous = await call(contract, { params, ...(body && { body }) });
    expect(anonymous.status).toBe(401);
    const wrong = await call(contract, { params, ...(body && { body }), headers: { authorization: "Bearer rv_wrong", cookie: "reverie_session=wrong" } });
    expect(wrong.status).toBe(401);
    expect(((await wrong.json()) as { error: { code: string } }).error.code).toBe("unauthenticated");
  });

  it.each(Object.entries(contracts).filter(([, contract]) => contract.method !== "GET"))("%s refuses a request from another site", async (_name, contract) => {
    const foreign: Record<string, string>[] = [{ "sec-fetch-site": "cross-site" }, { origin: "https://elsewhere.example" }, { origin: "null" }];
    for (const headers of foreign) {
      const reply = await call(contract, { params, body: {}, headers: { ...headers, cookie } });
      expect(reply.status).toBe(403);
    }
  });

  it("is in the OpenAPI document, with its errors", () => {
    const { paths } = makeOpenApi("0") as { paths: Record<string, Record<string, { responses: { default: unknown } }>> };
    for (const contract of Object.values(contracts)) expect(paths[contract.path]?.[contract.method.toLowerCase()]?.responses.default).toBeTruthy();
  });
});

describe("accounts", () => {
  it("uses the one-time link once", async () => {
    const again = await call(named("setUp"), { body: { token: "anything", email: "eve@example.org", name: "Eve", password: "correct horse" } });
    expect(again.status).toBe(409);
  });

  it("refuses a wrong password, whether the account is there or not, with the same words", async () => {
    const wrong = await call(named("signIn"), { body: { email: "ada@example.org", password: "wrong password" } });
    const nobody = await call(named("signIn"), { body: { email: "bob@example.org", password: "wrong password" } });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await nobody.json());
  });

  it("keeps passwords, sessions and tokens as hashes alone", async () => {
    const { prisma } = engine.resources.database;
    const stored = JSON.stringify([await prisma.user.findMany(), await prisma.session.findMany(), await prisma.apiToken.findMany()]);
    for (const secret of ["correct horse", cookie.split("=")[1] ?? "?", token]) expect(stored).not.toContain(secret);
  });

  it("lets a token in until it is revoked, and a session until it is closed", async () => {
    const authorization = { authorization: `Bearer ${token}` };
    expect((await call(named("listWorkflows"), { headers: authorization })).status).toBe(200);
    const { tokens } = (await (await call(named("listTokens"), { headers: { cookie } })).json()) as { tokens: { id: string }[] };
    expect((await call(named("revokeToken"), { params: { tokenId: tokens[0]?.id ?? "" }, headers: { cookie } })).status).toBe(204);
    expect((await call(named("listWorkflows"), { headers: authorization })).status).toBe(401);
    const signedIn = await call(named("signIn"), { body: { email: "ada@example.org", password: "correct horse" } });
    const other = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect(signedIn.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
    expect((await call(named("signOut"), { headers: { cookie: other } })).status).toBe(204);
    expect((await call(named("listWorkflows"), { headers: { cookie: other } })).status).toBe(401);
  });
});

describe("connections", () => {
  const input = () => ({ name: "Stub", provider: "openai-compatible", baseUrl: chat.url, apiKey: "sk-very-secret-1234", models: [{ id: "stub-model" }] });

  it("never gives a key back, and seals it at rest", async () => {
    const created = await call(named("createConnection"), { headers: { cookie }, body: input() });
    const text = await created.text();
    expect(created.status).toBe(200);
    expect(text).not.toContain("sk-very-secret");
    expect((JSON.parse(text) as { keyHint: string }).keyHint).toBe("1234");
    expect(await (await call(named("listConnections"), { headers: { cookie } })).text()).not.toContain("sk-very-secret");
    const { rows } = await engine.resources.database.pool.query<{ api_key: Buffer }>("SELECT api_key FROM connection");
    expect(rows.every((row) => !row.api_key.toString("latin1").includes("secret"))).toBe(true);
  });

  it("wants the key again when the server changes", async () => {
    const created = (await (await call(named("createConnection"), { headers: { cookie }, body: input() })).json()) as { id: string };
    const { apiKey: _, ...rest } = input();
    const moved = await call(named("updateConnection"), { params: { connectionId: created.id }, headers: { cookie }, body: { ...rest, baseUrl: "http://127.0.0.1:9/v1" } });
    expect(moved.status).toBe(400);
    const renamed = await call(named("updateConnection"), { params: { connectionId: created.id }, headers: { cookie }, body: { ...rest, name: "Renamed" } });
    expect(renamed.status).toBe(200);
  });

  it("tests with the key, and explains a failure", async () => {
    const created = (await (await call(named("createConnection"), { headers: { cookie }, body: input() })).json()) as { id: string };
    const test = async (): Promise<unknown> => (await call(named("testConnection"), { params: { connectionId: created.id }, headers: { cookie }, body: {} })).json();
    expect(await test()).toMatchObject({ ok: true, models: ["stub-model"], error: null });
    expect(chat.calls.at(-1)?.headers.authorization).toBe("Bearer sk-very-secret-1234");
    chat.answer = () => ({ status: 401, body: JSON.stringify({ error: { message: "no" } }) });
    expect(await test()).toMatchObject({ ok: false, error: { code: "model_key_refused" } });
    chat.answer = () => ({ status: 200, body: "<html>not a model</html>" });
    expect(await test()).toMatchObject({ ok: false, error: { code: "model_reply_invalid" } });
  });
});

describe("workflows", () => {
  const document = { version: 1, name: "One", nodes: [], edges: [] };

  it("saves on the revision it started from, never over newer work", async () => {
    const made = (await (await call(named("createWorkflow"), { headers: { cookie }, body: { document } })).json()) as { id: string; revision: number };
    const params = { workflowId: made.id };
    const save = (baseRevision: number, name: string) => call(named("saveWorkflow"), { params, headers: { cookie }, body: { baseRevision, document: { ...document, name } } });
    expect((await save(made.revision, "Two")).status).toBe(200);
    const late = await save(made.revision, "Three");
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ error: { code: "workflow_changed", data: { base: 1, current: 2 } } });
    expect(await (await call(named("readWorkflow"), { params, headers: { cookie } })).json()).toMatchObject({ document: { name: "Two" } });
  });

  it("restores a named version and keeps what was there", async () => {
    const made = (await (await call(named("createWorkflow"), { headers: { cookie }, body: { document } })).json()) as { id: string };
    const params = { workflowId: made.id };
    const version = (await (await call(named("createVersion"), { params, headers: { cookie }, body: { name: "first" } })).json()) as { id: string };
    await call(named("saveWorkflow"), { params, headers: { cookie }, body: { baseRevision: 1, document: { ...document, name: "Changed" } } });
    const restored = await call(named("restoreVersion"), { params: { ...params, versionId: version.id }, headers: { cookie } });
    expect(await restored.json()).toMatchObject({ revision: 3, document: { name: "One" } });
    const { versions } = (await (await call(named("listVersions"), { params, headers: { cookie } })).json()) as { versions: { name: string }[] };
    expect(versions.length).toBe(2);
  });

  it("refuses a document of a newer Reverie and one that is not a document, with words", async () => {
    const newer = await call(named("createWorkflow"), { headers: { cookie }, body: { document: { ...document, version: 99 } } });
    expect(await newer.json()).toMatchObject({ error: { code: "document_too_new" } });
    const broken = await call(named("createWorkflow"), { headers: { cookie }, body: { document: { ...document, nodes: "x" } } });
    expect(await broken.json()).toMatchObject({ error: { code: "document_invalid" } });
  });

  it("names the step that keeps a run from starting", async () => {
    const made = (await (await call(named("createWorkflow"), {
      headers: { cookie },
      body: { document: { ...document, nodes: [{ id: "n", step: "take", title: "Take some", params: { count: 1 }, position: { x: 0, y: 0 } }] } },
    })).json()) as { id: string };
    const refused = await call(named("startRun"), { params: { workflowId: made.id }, headers: { cookie }, body: {} });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ error: { code: "workflow_has_errors", data: { step: "Take some", problem: "input_missing" } } });
  });
});
