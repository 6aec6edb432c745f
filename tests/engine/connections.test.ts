import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { providerEntry, type Provider } from "@/lib/contracts/providers";
import { identifyModel, resolveModel } from "@/lib/engine/model-resolver";
import { addWorkerResources } from "@/lib/engine/open-resources";
import type { WorkerResources } from "@/lib/engine/resources";
import { callChat } from "@/lib/llm/provider-call";
import { createConnection, listConnections, updateConnection, type ConnectionInput } from "@/lib/models/connections";
import { findLocalServers } from "@/lib/models/local-servers";
import { listConnectionModels, testConnection } from "@/lib/models/test-connection";
import { listPickableModels } from "@/lib/models/trained-models";
import { openKind, providerKinds, SECRET } from "@/tests/support/provider-kinds";
import { startProviderServer, type ProviderServer } from "@/tests/support/provider-server";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

let engine: TestEngine;
let resources: WorkerResources;
let server: ProviderServer;

beforeAll(async () => {
  engine = await openTestEngine();
  resources = addWorkerResources(engine.resources);
  server = await startProviderServer(() => ({ text: "Hello." }));
});
afterAll(async () => {
  resources.models.close();
  await server.close();
  await engine.close();
});

const models = [{ id: "stub-model", inputPrice: null, cachedInputPrice: null, outputPrice: null }];

/** A connection of a kind at the stub server, as a person would fill it in. */
function connect(kind: Provider, changed: Partial<ConnectionInput> = {}) {
  const { endpoint } = openKind(kind, server.url);
  const { apiKey, ...secrets } = endpoint.secrets;
  return createConnection(engine.resources, { name: `My ${kind}`, provider: kind, baseUrl: endpoint.baseUrl, settings: endpoint.settings, secrets, models, ...(apiKey ? { apiKey } : {}), ...changed });
}

describe.each(providerKinds)("a connection to %s", (kind) => {
  it("works, lists its models, and never shows its secrets", async () => {
    server.answer = () => ({ text: "Hello." });
    const connection = await connect(kind);
    const test = await testConnection(resources, connection.id, null);
    expect(test).toMatchObject({ ok: true, reply: "Hello.", error: null });
    expect((await listConnectionModels(engine.resources, connection.id)).models).toEqual(test.models);
    const views = JSON.stringify(await listConnections(engine.resources));
    expect(views).not.toContain(SECRET);
    expect(views).not.toContain("PRIVATE KEY");
    const row = await engine.resources.database.prisma.connection.findUniqueOrThrow({ where: { id: connection.id } });
    expect(Buffer.from(row.apiKey ?? []).toString("latin1")).not.toContain(SECRET);
    expect(JSON.stringify(await identifyModel(engine.resources, { connection: connection.id, model: "stub-model" }))).not.toMatch(/secret|My |AKID/);
  });

  it("explains what is wrong with the key, the model, the server and the address", async () => {
    const connection = await connect(kind);
    const explain = async () => (await testConnection(resources, connection.id, null)).error;
    for (const [status, code, words] of [
      [401, "model_key_refused", /Check the API key/],
      [404, "model_not_found", /has no model “stub-model”/],
      [503, "model_server_error", /failed \(HTTP 503\)/],
    ] as const) {
      server.answer = () => ({ status, body: JSON.stringify({ error: { message: `No, ${SECRET}` }, message: `No, ${SECRET}` }) });
      const error = await explain();
      expect(error).toMatchObject({ code, message: expect.stringMatching(words) as unknown });
      expect(JSON.stringify(error)).not.toContain(SECRET);
    }
    const away = await connect(kind, { baseUrl: "http://127.0.0.1:9" });
    expect((await testConnection(resources, away.id, null)).error?.code).toBe("model_unreachable");
  });
});

describe("what a connection keeps", () => {
  it("keeps secrets that are left blank, and wants them again for another server", async () => {
    const input = { name: "AWS", provider: "bedrock" as const, baseUrl: "", settings: { region: "eu-west-1" }, models };
    const made = await createConnection(engine.resources, { ...input, secrets: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET } });
    expect([made.baseUrl, made.keyHint]).toEqual(["https://bedrock-runtime.eu-west-1.amazonaws.com", "MPLE"]);
    await updateConnection(engine.resources, made.id, { ...input, secrets: { sessionToken: "temporary" } });
    const { endpoint } = await resolveModel(engine.resources, { connection: made.id, model: "m" });
    expect(endpoint.secrets).toEqual({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: "temporary" });
    await expect(updateConnection(engine.resources, made.id, { ...input, settings: { region: "us-west-2" } })).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("names the settings that it lacks", async () => {
    const made = await createConnection(engine.resources, { name: "Azure", provider: "azure-openai", baseUrl: "", apiKey: SECRET });
    expect((await testConnection(resources, made.id, "m")).error).toMatchObject({ code: "connection_settings_missing", message: expect.stringContaining("resource") as unknown });
  });

  it("takes no setting that would move a key to another host", async () => {
    const settings = { resource: "evil.example/#" };
    await expect(createConnection(engine.resources, { name: "Azure", provider: "azure-openai", baseUrl: "", settings, apiKey: SECRET })).rejects.toThrow();
  });

  it.each(["http://169.254.169.254/v1", "http://[fe80::1]/v1", "http://[::ffff:169.254.169.254]/v1", "http://2852039166/v1"])("is never at the link-local address %s, given or found", async (baseUrl) => {
    const given = { name: "Metadata", provider: "openai-compatible" as const, baseUrl };
    await expect(createConnection(engine.resources, given)).rejects.toMatchObject({ code: "invalid_request" });
    await expect(callChat(openKind("openai-compatible", new URL(baseUrl).origin), { messages: [], sampling: { temperature: null, topP: null, maxTokens: null, stop: [], seed: null }, extras: {} }, { timeoutMs: 1000, signal: new AbortController().signal })).rejects.toMatchObject({ code: "model_unreachable", data: { detail: "a link-local address is never called" } });
  });

  it("says that a test without a list of models needs a model", async () => {
    const made = await connect("ai21", { models: [] });
    expect((await testConnection(resources, made.id, null)).error?.code).toBe("connection_test_needs_model");
  });
});

describe("a pool", () => {
  it("is what its first server is, whatever it is called, and is tested server by server", async () => {
    server.answer = () => ({ text: "Hello." });
    const [first, second] = [await connect("openai-compatible"), await connect("openai-compatible", { baseUrl: `${server.url}/other/v1` })];
    const pool = await createConnection(engine.resources, { name: "All", provider: "pool", baseUrl: "", members: [{ connection: first.id }, { connection: second.id, model: "same-model" }, { connection: "gone" }] });
    const ref = { connection: pool.id, model: "stub-model" };
    expect(await identifyModel(engine.resources, ref)).toEqual(await identifyModel(engine.resources, { connection: first.id, model: "stub-model" }));
    const resolved = await resolveModel(engine.resources, ref);
    expect([resolved.model, resolved.others?.map(({ model }) => model)]).toEqual(["stub-model", ["same-model"]]);
    expect((await listPickableModels(engine.resources)).filter((model) => model.ref.connection === pool.id).map(({ label }) => label)).toEqual(["stub-model"]);
    expect((await testConnection(resources, pool.id, null)).ok).toBe(true);
    await updateConnection(engine.resources, second.id, { name: "Second", provider: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", apiKey: "k", models });
    expect((await testConnection(resources, pool.id, null)).error).toMatchObject({ code: "model_unreachable", message: expect.stringContaining("Second") as unknown });
  });
});

describe("servers on this machine", () => {
  it("are offered once they answer, until they are connected", async () => {
    const baseUrl = `${server.url}/v1`.replace("/v1", "/local/v1");
    const places = [{ title: "Ollama", provider: "ollama" as const, baseUrl }, { title: "vLLM", provider: "vllm" as const, baseUrl: "http://127.0.0.1:9/v1" }];
    expect(await findLocalServers(engine.resources, places)).toEqual([{ title: "Ollama", provider: "ollama", baseUrl, models: ["stub-model"] }]);
    expect(providerEntry("openai-compatible").keyOptional).toBe(true);
    await createConnection(engine.resources, { name: "Ollama", provider: "openai-compatible", baseUrl: `${baseUrl}/` });
    expect(await findLocalServers(engine.resources, places)).toEqual([]);
  });
});
