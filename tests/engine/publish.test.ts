import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createConnection, listConnections, updateConnection, type ConnectionInput } from "@/lib/models/connections";
import { testConnection } from "@/lib/models/test-connection";
import { listPickableModels } from "@/lib/models/trained-models";
import { addWorkerResources } from "@/lib/engine/open-resources";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { startHubServer, type HubServer } from "@/tests/support/hub-server";
import { builtinFolder, copyBuiltin, playTrainer, type MakeModel } from "@/tests/support/play-trainer";
import { hasTrainerPython, runPython } from "@/tests/support/run-python";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const PROMPT = "Write a line.\n```\n{{not a column}}\n```\n---\n| a | b |";

let engine: TestEngine;
let chat: ChatServer;
let hub: HubServer;
let model: { connection: string; model: string };
let hubConnection: string;
let pythonFolder: string;
let number = 0;

const hubInput = (part: Partial<ConnectionInput> = {}): ConnectionInput => ({
  name: "Hub", provider: "huggingface", baseUrl: hub.url, apiKey: "hf_write", concurrency: 1, requestsPerMinute: null, tokensPerMinute: null, models: [], ...part,
});

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  chat = await startChatServer(() => `line ${String(number++)} | \`code\` <b>`);
  pythonFolder = await mkdtemp(join(tmpdir(), "reverie-python-"));
  const connection = await createConnection(engine.resources, { name: "Stub", provider: "openai-compatible", baseUrl: chat.url, apiKey: "sk-secret", concurrency: 8, requestsPerMinute: null, tokensPerMinute: null, models: [] });
  model = { connection: connection.id, model: "stub-model" };
});
beforeEach(async () => {
  // Parts of a megabyte, so that the weights go up in several.
  hub = await startHubServer({ partBytes: 1_000_000 });
  await engine.resources.database.prisma.connection.deleteMany({ where: { provider: "huggingface" } });
  hubConnection = (await createConnection(engine.resources, hubInput())).id;
});
afterEach(() => hub.close());
afterAll(async () => {
  await chat.close();
  await engine.close();
  await rm(pythonFolder, { recursive: true, force: true });
});

const defaults = (step: keyof typeof stepDefinitions) => stepDefinitions[step].defaults;

function makeDataset(publish: Record<string, unknown>, count = 20): WorkflowDocument {
  return makeDocument(
    {
      make: { step: "data-from-prompt", params: { ...defaults("data-from-prompt"), model, count, instruction: PROMPT, replyColumn: "line", temperature: 0.7 } },
      take: { step: "take", params: { count: 5 } },
      publish: { step: "publish-dataset", params: { ...defaults("publish-dataset"), repo: "me/lines", license: "cc-by-4.0", ...publish } },
      other: { step: "data-from-prompt", params: { ...defaults("data-from-prompt"), model, count: 1, instruction: "A private idea." } },
    },
    ["make.output>publish.input", "make.output>take.input", "take.output>publish.validation"],
  );
}

function makeModelDocument(publish: Record<string, unknown>, tune: Record<string, unknown> = {}): WorkflowDocument {
  return makeDocument(
    {
      make: { step: "data-from-prompt", params: { ...defaults("data-from-prompt"), model, count: 20, instruction: PROMPT } },
      tune: { step: "fine-tune", params: { ...defaults("fine-tune"), completionColumn: "generations", ...tune } },
      publish: { step: "publish-model", params: { ...defaults("publish-model"), repo: "me/tuned", ...publish } },
    },
    ["make.output>tune.train", "tune.model>publish.model"],
  );
}

async function run(document: WorkflowDocument, rowLimit: number | null = null) {
  const runId = await engine.start(document, { rowLimit });
  const state = await engine.waitForRun(runId);
  const step = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "publish" } } });
  return { runId, state, fingerprint: step.fingerprint, error: step.error as { code: string; message: string } | null };
}

async function forget(fingerprint: string): Promise<void> {
  await engine.resources.database.prisma.stepResult.delete({ where: { fingerprint } });
}

describe("publishing a data set", () => {
  it("puts splits, card and workflow on the Hub in one commit and shows where", async () => {
    const { runId, state, error } = await run(makeDataset({}));
    expect(error).toBeNull();
    expect(state).toBe("done");
    const repository = hub.repository("dataset", "me/lines");
    expect(repository?.isPrivate).toBe(true);
    expect(repository?.commits.map(({ title }) => title)).toEqual(["Publish from Reverie", "initial commit"]);
    const head = repository?.commits[0];
    expect([...(head?.files.keys() ?? [])].sort()).toEqual([".gitattributes", "README.md", "data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet", "reverie.json", "workflow.json"]);
    const [row] = await engine.readRows(runId, "publish", "published");
    expect(row).toMatchObject({ repo: "me/lines", url: `${hub.url}/datasets/me/lines`, commit: head?.oid, files: 5n });
    const { outputs } = await engine.readResult(runId, "publish");
    expect(outputs.files.map(({ name }) => name)).toEqual(["published.json"]);
    const kept = JSON.parse(await readFile(join(engine.env.REVERIE_DATA, outputs.files[0]?.file ?? ""), "utf8")) as { commit: string; isNew: boolean };
    expect(kept).toMatchObject({ commit: head?.oid, isNew: true });
  });

  it("tells in the card how every row came to be, and nothing that is secret", async () => {
    await run(makeDataset({ repo: "me/told" }));
    const card = hub.readText("dataset", "me/told", "README.md");
    const record = JSON.parse(hub.readText("dataset", "me/told", "reverie.json")) as { fingerprint: string; synthetic: boolean; usesToyModel: boolean; steps: Record<string, unknown>[] };
    const workflow = hub.readText("dataset", "me/told", "workflow.json");
    for (const part of ['license: "cc-by-4.0"', '- "synthetic"', '- "n<1K"', `\`\`\`\`text\n${PROMPT}\n\`\`\`\``, "stub-model at a private server", "temperature = 0.7", record.fingerprint, 'load_dataset("me/told")']) {
      expect(card).toContain(part);
    }
    expect(record).toMatchObject({ kind: "dataset", synthetic: true, usesToyModel: false, splits: [{ name: "train", rows: 20 }, { name: "validation", rows: 5 }] });
    expect(record.steps).toMatchObject([
      { number: 1, title: "make", step: "data-from-prompt", prompts: { instruction: PROMPT }, sampling: { temperature: 0.7 }, models: { model: { model: "stub-model" } }, totals: { rowsOut: 20 } },
      { number: 2, title: "take", inputs: { input: [{ step: 1, port: "output" }] }, totals: { rowsIn: 20, rowsOut: 5, rejected: 15 } },
    ]);
    expect(Object.keys((JSON.parse(workflow) as WorkflowDocument).nodes)).toHaveLength(3);
    const all = [card, JSON.stringify(record), workflow].join("\n");
    for (const secret of ["hf_write", "sk-secret", "A private idea", engine.env.REVERIE_DATA]) expect(all).not.toContain(secret);
    expect(chat.calls.some((call) => JSON.stringify(call.headers).includes("hf_write"))).toBe(false);
    const stored = await engine.resources.database.pool.query<{ text: string }>("SELECT row_to_json(c)::text AS text FROM chunk c UNION ALL SELECT row_to_json(r)::text FROM step_result r UNION ALL SELECT row_to_json(s)::text FROM step_run s");
    expect(stored.rows.some(({ text }) => text.includes("hf_write"))).toBe(false);
  });

  it("makes no commit where nothing changed, and removes what an earlier time left", async () => {
    const first = await run(makeDataset({ repo: "me/again" }));
    const repository = hub.repository("dataset", "me/again");
    const head = repository?.commits[0];
    await forget(first.fingerprint);
    const second = await run(makeDataset({ repo: "me/again" }));
    expect(second.state).toBe("done");
    expect(repository?.commits).toHaveLength(2);
    expect((await engine.readRows(second.runId, "publish", "published"))[0]?.commit).toBe(head?.oid);

    hub.put("dataset", "me/again", { "data/train-00000-of-00002.parquet": "old", "data/test-00000-of-00001.parquet": "old", "notes.txt": "mine" });
    await run(makeDataset({ repo: "me/again" }, 25));
    expect([...(repository?.commits[0]?.files.keys() ?? [])].sort()).toEqual(["README.md", "data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet", "notes.txt", "reverie.json", "workflow.json"]);
  });

  it("publishes on a branch that it makes", async () => {
    await run(makeDataset({ repo: "me/branched", branch: "v1", isPrivate: false }));
    const repository = hub.repository("dataset", "me/branched");
    expect(repository?.isPrivate).toBe(false);
    expect(repository?.heads.get("v1")).toBe(repository?.commits[0]?.oid);
    expect(repository?.heads.get("main")).toBe(repository?.commits[1]?.oid);
  });

  it("says what stands in the way", async () => {
    const { resources } = engine;
    const failWith = async (input: Partial<ConnectionInput>, repo: string, rowLimit: number | null = null) => {
      await updateConnection(resources, hubConnection, hubInput(input));
      return (await run(makeDataset({ repo }), rowLimit)).error?.code;
    };
    expect(await failWith({ apiKey: "hf_read" }, "me/x1")).toBe("hub_refused");
    expect(await failWith({ apiKey: "hf_wrong" }, "me/x2")).toBe("hub_refused");
    expect(await failWith({ apiKey: "wrong" }, "me/x3")).toBe("hub_refused");
    expect(await failWith({ apiKey: null }, "me/x4")).toBe("hub_token_missing");
    expect(await failWith({}, "else/x5")).toBe("hub_refused");
    expect(await failWith({ baseUrl: "http://127.0.0.1:1" }, "me/x6")).toBe("hub_unreachable");
    expect(await failWith({}, "me/x7", 3)).toBe("publish_row_limit");
    hub.put("dataset", "me/open", { "README.md": "mine" });
    expect(await failWith({}, "me/open")).toBe("hub_repo_public");
    expect(hub.readText("dataset", "me/open", "README.md")).toBe("mine");
    hub.refuse = ({ path }) => (path.includes("/commit/") ? { status: 400, error: "Invalid metadata in README.md" } : null);
    const refused = await run(makeDataset({ repo: "me/x8" }));
    expect(refused.error).toMatchObject({ code: "hub_not_taken" });
    expect(refused.error?.message).toContain("Invalid metadata in README.md");
    await expect(run(makeDataset({ repo: "no owner" }))).rejects.toMatchObject({ code: "workflow_has_errors" });
  });
});

describe("publishing a model", () => {
  const publishModel = async (makeModel: MakeModel, document: WorkflowDocument) => {
    const trainer = await playTrainer(engine, makeModel);
    try {
      return await run(document);
    } finally {
      await trainer.stop();
    }
  };

  it("puts the weights, uploaded in parts, and the training on the Hub", async () => {
    const { error } = await publishModel(copyBuiltin, makeModelDocument({ license: "apache-2.0" }, { method: "full" }));
    expect(error).toBeNull();
    const repository = hub.repository("model", "me/tuned");
    const files = repository?.commits[0]?.files;
    expect(repository?.commits).toHaveLength(2);
    expect(files?.get("model.safetensors")?.bytes.equals(await readFile(join(builtinFolder, "model.safetensors")))).toBe(true);
    expect(hub.calls.filter(({ method, path }) => method === "PUT" && path.startsWith("/lfs/")).length).toBe(6);
    const card = hub.readText("model", "me/tuned", "README.md");
    for (const part of ['pipeline_tag: "text-generation"', "toy model", "| Last training loss | 1.25 |", "| Best validation loss | 1.5 |", "| Device | cpu |", "torch 2.13.0", 'from_pretrained("me/tuned")', '- "synthetic"']) expect(card).toContain(part);
    expect(JSON.parse(hub.readText("model", "me/tuned", "reverie.json"))).toMatchObject({ usesToyModel: true, steps: [{ title: "make" }, { title: "tune", training: { result: { steps: 12 } } }] });
  });

  const tellsNoPath: MakeModel = async (_, folder) => {
    await writeFile(join(folder, "adapter_config.json"), JSON.stringify({ peft_type: "LORA", base_model_name_or_path: "/srv/secret/base", revision: null }));
    await writeFile(join(folder, "adapter_model.safetensors"), "weights");
    await writeFile(join(folder, "README.md"), "base_model: /srv/secret/base");
    await mkdir(join(folder, "1_Pooling"));
    await writeFile(join(folder, "1_Pooling", "config.json"), JSON.stringify({ pooling_mode: "mean" }));
    await writeFile(join(folder, "base.json"), JSON.stringify({ base: { kind: "hub", id: "org/base", revision: "abc" } }));
  };

  it("names an adapter's base by its Hub id, and replaces the model that was there", async () => {
    hub.put("model", "me/tuned", { "model.safetensors": "old", "config.json": "{}", "plots/loss.png": "mine" }, { isPrivate: true });
    const { error } = await publishModel(tellsNoPath, makeModelDocument({}, { seed: 2 }));
    expect(error).toBeNull();
    const files = hub.repository("model", "me/tuned")?.commits[0]?.files;
    expect([...(files?.keys() ?? [])].sort()).toEqual(["1_Pooling/config.json", "README.md", "adapter_config.json", "adapter_model.safetensors", "base.json", "plots/loss.png", "reverie-training.json", "reverie.json", "workflow.json"]);
    expect(JSON.parse(hub.readText("model", "me/tuned", "adapter_config.json"))).toMatchObject({ base_model_name_or_path: "org/base", revision: "abc" });
    expect(hub.readText("model", "me/tuned", "README.md")).toContain('base_model:\n- "org/base"');
    for (const file of files?.values() ?? []) expect(file.bytes.toString("latin1")).not.toContain("/srv/secret");
  });

  describe.skipIf(!hasTrainerPython)("as Python's own clients see it", () => {
    const python = (script: string) => runPython(script, { hubUrl: hub.url, token: "hf_write", folder: pythonFolder });

    it("load_dataset reads the splits", async () => {
      await run(makeDataset({ repo: "me/for-python" }));
      const printed = await python(`
from datasets import load_dataset
from huggingface_hub import DatasetCard
data = load_dataset("me/for-python")
print({name: split.num_rows for name, split in data.items()}, data["train"].column_names)
print(data["validation"][0]["line"] == data["train"][0]["line"], DatasetCard.load("me/for-python").data.to_dict()["license"])`);
      expect(printed).toContain("{'train': 20, 'validation': 5} ['prompts', 'line']");
      expect(printed).toContain("True cc-by-4.0");
    });

    it("load_dataset and TRL read conversations as such, and the card names its source", async () => {
      const card = "---\nlicense: cc-by-4.0\nlanguage: en\n---\n```\n@misc{chats}\n```\n";
      const message = (role: string, content: string, more = {}) => ({ role, content, ...more });
      const rows = [[message("user", "a"), message("assistant", "b")], [message("user", "c"), message("assistant", "d", { name: "x" })]].map((messages, n) => JSON.stringify({ messages, n, when: "2026-01-02" }));
      const { oid } = hub.put("dataset", "org/chats", { "README.md": card, "train.jsonl": `${rows.join("\n")}\n` });
      const query = "SELECT *, to_json(messages)::JSON[] AS json_messages, n::DECIMAL(9,2) AS price, TIMESTAMPTZ '2026-01-02 03:04:05+00' AS at, TIME '01:02:03' AS time, 'ab'::BLOB AS bytes, [1.5::FLOAT, 2] AS vector, ({'n': n})::JSON AS object, CASE n WHEN 0 THEN '1' ELSE '{}' END::JSON AS mixed FROM input1";
      const { runId, error } = await run(
        makeDocument(
          {
            load: { step: "load-hub-dataset", params: { ...defaults("load-hub-dataset"), dataset: "org/chats" } },
            convert: { step: "sql", params: { ...defaults("sql"), query } },
            publish: { step: "publish-dataset", params: { ...defaults("publish-dataset"), repo: "me/chats", license: "mit" } },
          },
          ["load.output>convert.inputs", "convert.output>publish.input"],
        ),
      );
      expect(error).toBeNull();
      const notes = async (node: string) => (await engine.readResult(runId, node)).outputs.notes;
      expect(await notes("load")).toContainEqual(expect.objectContaining({ code: "hub_commit", data: { id: "org/chats", commit: oid } }));
      expect((await notes("publish")).map(({ code }) => code)).toEqual(["json_published_as_text", "licence_conflict"]);
      const published = hub.readText("dataset", "me/chats", "README.md");
      for (const part of [oid, "@misc{chats}", "is under `cc-by-4.0`, this under `mit`", 'language:\n- "en"', "dataset_info:"]) expect(published).toContain(part);
      const printed = await python(`
from datasets import load_dataset, load_dataset_builder
from trl.data_utils import is_conversational
builder = load_dataset_builder("me/chats")
data = load_dataset("me/chats")["train"]
print("declared", builder.info.features == data.features, builder.info.splits["train"].num_examples)
for name in ("messages", "json_messages"):
    print(name, is_conversational({"messages": data[0][name]}), data[1][name][1]["name"])
print(data[1]["object"], data[1]["price"], data.features["vector"], data.features["mixed"])`);
      expect(printed).toContain("declared True 2");
      expect(printed).toContain("\nmessages True x\njson_messages True x\n{'n': 1} 1.00 List(Value('float32')) Value('string')");
    });

    it("transformers loads the weights, and the card's own snippet runs", async () => {
      const { error } = await publishModel(copyBuiltin, makeModelDocument({ repo: "me/whole" }, { method: "full", seed: 3 }));
      expect(error).toBeNull();
      const printed = await python(`${readSnippet("me/whole")}\nprint("parameters", sum(p.numel() for p in model.parameters()))`);
      expect(printed).toMatch(/parameters 2\d{6}/);
      expect(printed.split("parameters")[0]?.trim().length).toBeGreaterThan(0);
    });

    it("peft loads an adapter with the base beside it, by the card's own snippet", async () => {
      const train: MakeModel = async (_, folder) => {
        await python(`
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(builtinFolder)})
adapted = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
adapted.save_pretrained(${JSON.stringify(folder)})
AutoTokenizer.from_pretrained(${JSON.stringify(builtinFolder)}).save_pretrained(${JSON.stringify(folder)})`);
        await mkdir(join(folder, "1_Pooling"));
    await writeFile(join(folder, "1_Pooling", "config.json"), JSON.stringify({ pooling_mode: "mean" }));
    await writeFile(join(folder, "base.json"), JSON.stringify({ base: { kind: "builtin" } }));
      };
      const { error } = await publishModel(train, makeModelDocument({ repo: "me/adapter" }, { seed: 4 }));
      expect(error).toBeNull();
      expect(JSON.parse(hub.readText("model", "me/adapter", "adapter_config.json"))).toMatchObject({ base_model_name_or_path: "./base" });
      for (const [path, file] of hub.repository("model", "me/adapter")?.commits[0]?.files ?? []) expect(file.bytes.toString("latin1"), path).not.toContain(builtinFolder);
      const printed = await python(`${readSnippet("me/adapter")}\nprint("loaded", type(model).__name__)`);
      expect(printed).toContain("loaded LlamaForCausalLM");
    });
  });

  function readSnippet(name: string): string {
    return /```python\n([\s\S]*?)\n```/.exec(hub.readText("model", name, "README.md"))?.[1] ?? "";
  }
});

describe("the connection to the Hub", () => {
  it("is listed, is no model, and is tested by asking whose token it is", async () => {
    const workerResources = addWorkerResources(engine.resources);
    expect(await listConnections(engine.resources)).toContainEqual(expect.objectContaining({ id: hubConnection, provider: "huggingface", baseUrl: hub.url, keyHint: "rite", models: [] }));
    expect((await listPickableModels(engine.resources)).some(({ ref }) => ref.connection === hubConnection)).toBe(false);
    expect(await testConnection(workerResources, hubConnection, null)).toMatchObject({ ok: true, reply: "me (write)", models: null, error: null });
    const failWith = async (input: Partial<ConnectionInput>) => {
      await updateConnection(engine.resources, hubConnection, hubInput(input));
      return (await testConnection(workerResources, hubConnection, null)).error?.code;
    };
    expect(await failWith({ apiKey: "hf_wrong" })).toBe("hub_refused");
    expect(await failWith({ apiKey: "sk-other" })).toBe("hub_refused");
    expect(await failWith({ apiKey: null })).toBe("hub_token_missing");
    expect(await failWith({ baseUrl: "http://127.0.0.1:1", apiKey: "hf_write" })).toBe("hub_unreachable");
    await expect(updateConnection(engine.resources, hubConnection, hubInput({ apiKey: undefined }))).rejects.toMatchObject({ code: "invalid_request" });
  });
});
