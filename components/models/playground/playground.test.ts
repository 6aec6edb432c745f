import { expect, it } from "vitest";
import { builtinModel } from "@/lib/steps/_sdk/model-ref";
import { readLocalModel } from "@/lib/contracts/local-model-name";
import { nameLocalModel, playgroundPath, readModelAddress } from "./playground-path";
import { readStored } from "./playground-state";

it("has any two models in its address, and nothing that is none", () => {
  const left = { connection: "connection_1", model: "ft:gpt-4.1-mini:org/a:x?b=1&c" };
  const query = new URL(playgroundPath({ left, right: builtinModel }), "http://here").searchParams;
  expect(readModelAddress(query.get("left"))).toEqual(left);
  expect(readModelAddress(query.get("right"))).toEqual(builtinModel);
  for (const text of [null, "", "local", "/builtin", "local/"]) expect(readModelAddress(text)).toBeNull();
});

it("names local weights as the trainer reads them", () => {
  const sources = [{ kind: "builtin" }, { kind: "trained", id: "m", folder: "models/m" }, { kind: "hub", id: "a/b", revision: null }, { kind: "hub", id: "a/b", revision: "main" }, { kind: "folder", path: "/w/x" }] as const;
  for (const source of sources) expect(readLocalModel(nameLocalModel(source)).source).toEqual(source);
});

it("starts anew where what this browser kept cannot be read", () => {
  const fresh = readStored(null);
  expect(fresh.prompts).toEqual([""]);
  expect(readStored("{")).toEqual(fresh);
  expect(readStored(JSON.stringify({ ...fresh, prompts: [] }))).toEqual(fresh);
  expect(readStored(JSON.stringify({ ...fresh, prompts: ["a", "b"], seed: null }))).toEqual({ ...fresh, prompts: ["a", "b"], seed: null });
});
