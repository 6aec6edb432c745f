import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Provenance, ProvenanceStep } from "@/lib/steps/_sdk/provenance";
import type { TrainingRequest, TrainingResult } from "@/lib/contracts/trainer";
import { makeCardRecord } from "./card-record";
import { makeDatasetCard } from "./dataset-card";
import { findLicenceConflicts, readSourceCard, type HubSource } from "./hub-source";
import { makeModelCard, type PublishedWeights } from "./model-card";
import { describeIdentity, shareIdentity } from "./share-identity";
import { createEmptyDocument, createNode } from "@/lib/workflow/document";
import { shareWorkflow } from "./share-workflow";
import { sizeCategory } from "./size-category";

const totals = { rowsIn: 10, rowsOut: 8, rejected: 1, failed: 1, calls: 9, callsCached: 1, promptTokens: 100, completionTokens: 50, costMicros: 1500, seconds: 2 };

function makeStep(part: Partial<ProvenanceStep>): ProvenanceStep {
  return { fingerprint: "a".repeat(64), step: "take", version: 1, title: "Take", params: {}, prompts: [], models: {}, inputs: {}, isPrompting: false, rowLimit: null, totals, madeAt: "2026-01-02T03:04:05.000Z", commit: null, sentOtherwise: [], training: null, ...part };
}

function makeProvenance(...steps: ProvenanceStep[]): Provenance {
  return { workflow: createEmptyDocument("My | workflow"), nodeId: "publish", steps, software: { reverie: "0.1.0" } };
}

const source = makeStep({ fingerprint: "1".repeat(64), step: "load-hub-dataset", title: "Load", params: { dataset: "org/data", revision: "main" }, madeAt: "2026-01-01T00:00:00.000Z", commit: "c0ffee" });
const sourceCard = readSourceCard("---\nlicense: cc-by-sa-4.0\nlanguage: [en, no]\n---\n# Data\n```bibtex\n@misc{data, title={Data}}\n```\n");
const sources: HubSource[] = [{ kind: "dataset", id: "org/data", revision: "c0ffee", isPart: true, card: sourceCard }];
const prompting = makeStep({
  fingerprint: "2".repeat(64), step: "process-with-prompt", title: "Rewrite <it>", isPrompting: true, prompts: ["instruction", "systemPrompt"], inputs: { input: [`${"1".repeat(64)}/output`] },
  params: { instruction: "Rewrite:\n```\n{text}\n```", systemPrompt: " ", temperature: 0, column: "text" },
  models: { model: { provider: "openai-compatible", baseUrl: "http://user:pass@host.example.org:1/v1?key=x", model: "m" } },
});

const header = (card: string): unknown => parse(card.split("---\n")[1] ?? "");

describe("makeCardRecord", () => {
  it("tells of each step in order, with its inputs by number and its prompts verbatim", () => {
    const record = makeCardRecord(makeProvenance(source, prompting));
    expect(record).toMatchObject({ synthetic: true, usesToyModel: false, date: "2026-01-02T03:04:05.000Z", hubSources: [{ kind: "dataset", id: "org/data", revision: "c0ffee" }], writers: ["m"], totals: { calls: 18, costMicros: 3000 } });
    expect(record.steps[1]).toMatchObject({
      number: 2, inputs: { input: [{ step: 1, port: "output" }] }, prompts: { instruction: "Rewrite:\n```\n{text}\n```" }, sampling: { temperature: 0 }, params: { column: "text" },
      models: { model: { provider: "openai-compatible", baseUrl: "http://host.example.org:1/v1", model: "m" } },
    });
    expect(JSON.stringify(record)).not.toContain("pass");
  });

  it("has one fingerprint for a workflow whatever the order of its steps, and another for another step", () => {
    const fingerprint = (...steps: ProvenanceStep[]) => makeCardRecord(makeProvenance(...steps)).fingerprint;
    expect(fingerprint(source, prompting)).toBe(fingerprint(prompting, source));
    expect(fingerprint(source)).not.toBe(fingerprint(source, prompting));
  });
});

describe("makeDatasetCard", () => {
  it("has a header that parses and a body that data cannot break", () => {
    const splits = [{ name: "train", rows: 8, columns: [{ name: "a|b", type: "VARCHAR" }, { name: "chat", type: "STRUCT(role VARCHAR, content VARCHAR)[]" }], files: ["data/train-00000-of-00001.parquet"], bytes: 90, fileBytes: 40 }];
    const card = makeDatasetCard({ repo: "me/x", license: "mit", record: makeCardRecord(makeProvenance(source, prompting)), sources, textColumns: ["odd"], splits });
    expect(header(card)).toEqual({
      language: ["en", "no"], license: "mit", tags: ["reverie", "synthetic", "m"], annotations_creators: ["machine-generated"], language_creators: ["machine-generated", "found"],
      pretty_name: "x", size_categories: ["n<1K"], source_datasets: ["org/data"], task_categories: ["text-generation"],
      configs: [{ config_name: "default", data_files: [{ split: "train", path: ["data/train-00000-of-00001.parquet"] }] }],
      dataset_info: {
        features: [{ name: "a|b", dtype: "string" }, { name: "chat", list: [{ name: "role", dtype: "string" }, { name: "content", dtype: "string" }] }],
        splits: [{ name: "train", num_bytes: 90, num_examples: 8 }], download_size: 40, dataset_size: 90,
      },
    });
    expect(card).toContain("JSON as text, as no one structure fits all its rows: odd.");
    expect(card).toContain("| Data set | [org/data](https://huggingface.co/datasets/org/data) | `c0ffee` | cc-by-sa-4.0 |");
    expect(card).toContain("under `cc-by-sa-4.0`, this under `mit`: it asks that derived works keep it.");
    expect(card).toContain("```bibtex\n@misc{data, title={Data}}\n```");
    expect(card).toContain("| a\\|b | VARCHAR |");
    expect(card).toContain("### 2. Rewrite \\<it\\>");
    expect(card).toContain("````text\nRewrite:\n```\n{text}\n```\n````");
    expect(card).toContain("| 2 | Rewrite \\<it\\> | `process-with-prompt` | 10 | 8 | 1 | 1 | 9 | 100 | 50 | 0.001500 |");
    expect(card).not.toContain("toy model");
  });

  it("is not called synthetic where no model wrote anything, and says so where the toy did", () => {
    const record = makeCardRecord(makeProvenance(source));
    expect(header(makeDatasetCard({ repo: "me/x", license: "", record, sources: [], textColumns: [], splits: [] }))).toMatchObject({ tags: ["reverie"] });
    const toy = makeCardRecord(makeProvenance({ ...prompting, models: { model: { builtin: "f".repeat(64) } } }));
    expect(makeDatasetCard({ repo: "me/x", license: "", record: toy, sources: [], textColumns: [], splits: [] })).toContain("toy model took part");
  });
});

describe("a source's card", () => {
  it("tells licence, languages and citation in every way of writing them, and nothing of one that is broken", () => {
    expect(readSourceCard("---\r\nlicense:\r\n- MIT\r\nlanguage: vi\r\n---\r\nbody")).toMatchObject({ license: "mit", languages: ["vi"], citation: null });
    expect(readSourceCard("---\nlicense: other\nlicense_name: mine\nlicense_link: LICENSE\nlanguage:\n- en\n- 3\n---")).toMatchObject({ license: "other", licenseName: "mine", licenseLink: "LICENSE" });
    for (const broken of ["", "no header", "---\n: [\n---\n", "---\n- a\n---\n", "---\na: &a [*a]\n---\n"]) expect(readSourceCard(broken), broken).toMatchObject({ license: "", languages: [] });
  });

  it("stands in the way of a licence that it does not plainly allow", () => {
    const reason = (own: string, license: string, isPart = true) => findLicenceConflicts(license, [{ kind: "dataset", id: "o/d", revision: null, isPart, card: { ...sourceCard, license: own } }])[0]?.reason ?? null;
    expect([reason("cc-by-4.0", "mit"), reason("cc-by-nc-4.0", "apache-2.0"), reason("cc-by-nc-sa-4.0", "cc-by-nc-4.0"), reason("gpl-3.0", ""), reason("cc-by-nd-4.0", "cc-by-nd-4.0")]).toEqual(["other-licence", "non-commercial", "share-alike", "share-alike", "no-derivatives"]);
    expect([reason("mit", "mit"), reason("cc0-1.0", "mit"), reason("", "mit"), reason("unknown", "mit"), reason("cc-by-nc-4.0", "mit", false)]).toEqual([null, null, null, null, null]);
  });
});

describe("makeModelCard", () => {
  const request = { recipe: "fine-tune-causal", advanced: {}, base: { kind: "folder", path: "/srv/models/mine" }, format: "chat", systemPrompt: "Be ``` brief", method: { kind: "lora", rank: 8, alpha: 16, dropout: 0 }, columns: { prompt: null, completion: "text" }, earlyStopping: null } as TrainingRequest;
  const result = { finalTrainLoss: 0.5, measures: { accuracy: 0.75 }, labels: ["joy", "anger"], skipped: { count: 0, rows: [] }, libraries: { torch: "2" }, seconds: 1, steps: 3, stoppedEarly: true } as unknown as TrainingResult;
  const training = { request, result };
  const record = makeCardRecord(makeProvenance(source, makeStep({ step: "fine-tune", training })));
  const makeCard = (weights: PublishedWeights) => makeModelCard({ repo: "me/m", license: "", record, sources, training, weights });

  it("names a base on the Hub, and shows how adapters upon adapters are loaded", () => {
    const card = makeCard({ adapters: ["", "base"], root: { kind: "hub", id: "org/base", revision: "abc" } });
    expect(header(card)).toMatchObject({ library_name: "peft", pipeline_tag: "text-generation", base_model: ["org/base"], base_model_relation: "adapter", datasets: ["org/data"], tags: ["reverie", "transformers", "peft", "lora"] });
    expect(card).toContain('from_pretrained("org/base", revision="abc")\nmodel = PeftModel.from_pretrained(model, f"{folder}/base").merge_and_unload()\nmodel = PeftModel.from_pretrained(model, folder).merge_and_unload()');
    expect(card).toContain("| Steps taken | 3 \\(stopped early\\) |");
    expect(card).toContain("````text\nBe ``` brief\n````");
  });

  it("of a classifier names its labels, its measures and the class that loads it", () => {
    const classifier = { request: { ...request, recipe: "classifier", columns: { text: "t", label: "l" } } as unknown as TrainingRequest, result };
    const card = makeModelCard({ repo: "me/m", license: "", record, sources, training: classifier, weights: { adapters: [], root: { kind: "folder", folder: "" } } });
    expect(header(card)).toMatchObject({ pipeline_tag: "text-classification" });
    expect(card).toContain('AutoModelForSequenceClassification.from_pretrained("me/m")');
    expect(card).toContain('labels = ["joy","anger"]');
    expect(card).toContain("| Validation: accuracy | 0.75 |");
    expect(card).toContain("| Columns | text\\: t, label\\: l |");
  });

  it("offers texts to try, as the widget of its task takes them, and names a licence of one's own", () => {
    const weights: PublishedWeights = { adapters: [], root: { kind: "folder", folder: "" } };
    const of = (part: Partial<TrainingRequest>, examples: string[]) => header(makeModelCard({ repo: "me/m", license: "other", licenseName: "mine-1.0", licenseLink: "LICENSE", record, sources, training: { request: { ...request, ...part } as TrainingRequest, result }, weights, examples }));
    expect(of({}, ["Hi: there"])).toMatchObject({ license: "other", license_name: "mine-1.0", license_link: "LICENSE", widget: [{ messages: [{ role: "user", content: "Hi: there" }], example_title: "Example 1" }] });
    expect(of({ recipe: "classifier", format: undefined, columns: { text: "t", label: "l" } } as unknown as TrainingRequest, ["a", "b"])).toMatchObject({ widget: [{ text: "a", example_title: "Example 1" }, { text: "b", example_title: "Example 2" }] });
    expect(of({ recipe: "embedder", format: undefined } as unknown as TrainingRequest, ["a", "b", "c"])).toMatchObject({ widget: [{ source_sentence: "a", sentences: ["b", "c"] }] });
    expect(of({}, [])).not.toHaveProperty("widget");
  });

  it("of a few-shot classifier shows how the head is put upon the encoder", () => {
    const setfit = { request: { ...request, recipe: "setfit", columns: { text: "t", label: "l" }, multiLabel: true } as unknown as TrainingRequest, result };
    const card = makeModelCard({ repo: "me/m", license: "", record, sources, training: setfit, weights: { adapters: [], root: { kind: "folder", folder: "" } } });
    expect(header(card)).toMatchObject({ pipeline_tag: "text-classification" });
    expect(card).toContain("(vectors @ weight.T + bias).sigmoid()");
    expect(card).not.toContain("AutoModelForSequenceClassification");
  });

  it("tells no path of this machine", () => {
    const card = makeCard({ adapters: [""], root: { kind: "folder", folder: "base" } });
    expect(card).toContain("the model folder mine");
    expect(card + JSON.stringify(record)).not.toContain("/srv/models");
    expect(header(card)).not.toHaveProperty("base_model");
    const rewarded = { request: { ...request, recipe: "reinforcement", reward: { kind: "model", model: { kind: "folder", path: "/srv/models/judge" } } } as unknown as TrainingRequest, result };
    const told = makeModelCard({ repo: "me/m", license: "", record, sources, training: rewarded, weights: { adapters: [""], root: { kind: "folder", folder: "base" } } });
    expect(told).toContain("judge");
    expect(told).not.toContain("| Rewards |");
    expect(told + JSON.stringify(makeCardRecord(makeProvenance(makeStep({ step: "train-with-rewards", training: rewarded }))))).not.toContain("/srv/models");
  });

  it("tells each of several rewards with its weight, and no path of them", () => {
    const rewards = [{ weight: 2, reward: { kind: "accuracy" } }, { weight: -0.5, reward: { kind: "model", model: { kind: "folder", path: "/srv/models/judge" } } }];
    const rewarded = { request: { ...request, recipe: "reinforcement", reward: null, rewards } as unknown as TrainingRequest, result };
    const told = makeModelCard({ repo: "me/m", license: "", record, sources, training: rewarded, weights: { adapters: [""], root: { kind: "folder", folder: "base" } } });
    const line = told.split("\n").find((each) => each.startsWith("| Rewards |")) ?? "";
    for (const part of ["accuracy", "2", "0.5", "judge"]) expect(line).toContain(part);
    expect(told).not.toContain("/srv/models");
    expect(told).not.toContain("| Reward |");
  });
});

describe("what is shared", () => {
  it("of a model: no password, no path", () => {
    expect(shareIdentity({ folder: "C:\\models\\mine", config: "c" })).toEqual({ folder: "mine", config: "c" });
    expect(shareIdentity({ baseUrl: "not a url" })).toEqual({});
    for (const host of ["localhost:8000", "127.0.0.1", "10.1.2.3:1", "192.168.0.9", "[::1]:80", "[fd00::1]", "gpu-box", "vllm.default.svc", "llm.corp", "models.home.arpa", "nas.local."])
      expect(shareIdentity({ provider: "vllm", baseUrl: `http://${host}/v1`, model: "m" }), host).toEqual({ provider: "vllm", model: "m" });
    expect(describeIdentity({ provider: "vllm", model: "m" })).toBe("m at a private server (vllm)");
    expect(shareIdentity({ baseUrl: "https://api.openai.com/v1" })).toEqual({ baseUrl: "https://api.openai.com/v1" });
    expect(describeIdentity({ hub: "org/m", revision: "r" })).toBe("org/m from the Hub at r");
  });

  it("of a workflow: the steps that led there", () => {
    const node = (id: string, params: Record<string, unknown> = {}) => createNode({ id, step: "take", title: id, params });
    const edge = (from: string, to: string) => ({ id: `${from}${to}`, from: { node: from, port: "output" }, to: { node: to, port: "input" } });
    const document = { ...createEmptyDocument("w"), nodes: [node("a", { model: { connection: "local", model: "folder:/srv/x" } }), node("b"), node("c")], edges: [edge("a", "b"), edge("a", "c")] };
    const shared = shareWorkflow(document, "b");
    expect(shared.nodes.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(shared.edges).toHaveLength(1);
    expect(shared.nodes[0]?.params).toEqual({ model: { connection: "local", model: "folder:x" } });
  });
});

it("sizeCategory uses the Hub's words", () => {
  expect([0, 999, 1000, 9999, 10_000, 5_000_000, 2e12].map(sizeCategory)).toEqual(["n<1K", "n<1K", "1K<n<10K", "1K<n<10K", "10K<n<100K", "1M<n<10M", "n>1T"]);
});
