import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLocalModel } from "@/lib/contracts/local-model-name";
import { identifyModel, parseLocalModel } from "./model-resolver";
import type { SharedResources } from "./resources";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-model-"));
  await writeFile(join(folder, "config.json"), "{}");
  await writeFile(join(folder, "m.gguf"), "GGUF");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the name of a local model", () => {
  it.each([
    ["builtin", { source: { kind: "builtin" }, options: {}, adapter: null }],
    ["trained:m1", { source: { kind: "trained", id: "m1", folder: "models/m1" }, options: {}, adapter: null }],
    ["hub:a/b", { source: { kind: "hub", id: "a/b", revision: null }, options: {}, adapter: null }],
    ["gguf:/m.gguf?device=cpu", { source: { kind: "gguf", path: "/m.gguf" }, options: {}, adapter: null }],
    ["hub:a/b@v1?dtype=bfloat16&quantisation=4bit&device=auto&adapter=hub:c/d@v2", { source: { kind: "hub", id: "a/b", revision: "v1" }, options: { dtype: "bfloat16", quantisation: "4bit" }, adapter: "hub:c/d@v2" }],
  ])("%s", (name, expected) => {
    expect(readLocalModel(name)).toEqual(expected);
  });

  it("without a kind is no model", () => {
    expect(() => readLocalModel("gpt-4?dtype=float16")).toThrow(expect.objectContaining({ code: "model_missing" }));
  });

  it("makes another model of it by precision, quantisation and adapter, not by the device", async () => {
    const identify = async (name: string): Promise<string> => JSON.stringify(await identifyModel({} as SharedResources, { connection: "local", model: name }));
    const plain = await identify("hub:a/b");
    const others = await Promise.all(["hub:a/b?dtype=float16", "hub:a/b?quantisation=4bit", "hub:a/b?adapter=hub:c/d", `hub:a/b?adapter=folder:${folder}`, `folder:${folder}`, `gguf:${folder}/m.gguf`].map(identify));
    expect(new Set([plain, ...others]).size).toBe(others.length + 1);
    expect(await identify("hub:a/b?device=cuda:1")).toBe(plain);
    expect(await identify(`hub:a/b?adapter=folder:${folder}/nowhere`)).toBe("null");
  });

  it("with more than whole weights is nothing to train from", () => {
    expect(parseLocalModel("hub:a/b?device=cuda:1")).toEqual({ kind: "hub", id: "a/b", revision: null });
    for (const name of ["hub:a/b?dtype=float16", "hub:a/b?adapter=hub:c/d", "gguf:/m.gguf"]) {
      expect(() => parseLocalModel(name)).toThrow(expect.objectContaining({ code: "model_options_unfit" }));
    }
  });
});
