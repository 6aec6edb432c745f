import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fingerprintIdentity, makeStepIdentity } from "@/lib/fingerprint/step-identity";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import { stepDefinitions } from "@/lib/steps/definitions.generated";

const definitions: AnyStepDefinition[] = Object.values(stepDefinitions);

function fingerprint(definition: AnyStepDefinition, params: Record<string, unknown>, models: Record<string, unknown> = {}): string {
  return fingerprintIdentity(makeStepIdentity({ definition, params, models, inputs: { input: ["a/output"] }, rowLimit: null, repeat: 0, draw: null }));
}

/** Another value that the parameter would accept, by its kind. */
function differentValue(schema: z.ZodType, value: unknown): unknown {
  const candidates: unknown[] = [true, false, 1, 2, 3, 99, 0.25, "other", "x", ["other"], null, "csv", "jsonl", "full", "chat", "cosine", "yes", "latin-1", "by-name", "low", "on", `fp~${"f".repeat(64)}~output`, '{"1": 5}', { a: "b" }, [{ column: "c", descending: true }], [{ kind: "accuracy" }], "LICENSE"];
  const different = candidates.find((candidate) => JSON.stringify(candidate) !== JSON.stringify(value) && schema.safeParse(candidate).success);
  if (different !== undefined) return different;
  const options = ((schema instanceof z.ZodDefault ? schema.unwrap() : schema) as { options?: unknown[] }).options ?? [];
  return options.find((option) => option !== value);
}

/** A new step's parameters, with Zod's own defaults where it names none. */
function fillDefaults(definition: AnyStepDefinition): Record<string, unknown> {
  const own = listParams(definition.params).map(({ name, schema }) => [name, schema.safeParse(undefined).data] as const);
  return { ...Object.fromEntries(own), ...definition.defaults };
}

describe.each(definitions.map((definition) => ({ id: definition.id, definition })))("$id", ({ definition }) => {
  it("has another fingerprint for each parameter that changes, save for those left out on purpose", () => {
    const base = fillDefaults(definition);
    const before = fingerprint(definition, base);
    for (const { name, schema, meta } of listParams(definition.params)) {
      const kind = meta.field?.kind;
      if (kind === "model") {
        expect(fingerprint(definition, base, { [name]: { other: true } }), name).not.toBe(before);
        continue;
      }
      if (kind === "file" || kind === "table") {
        const file = { sha256: "f".repeat(64), name: "other" };
        expect(fingerprint(definition, { ...base, [name]: kind === "file" ? file : { columns: [], rows: [["other"]] } }), name).not.toBe(before);
        continue;
      }
      if (kind === "records") {
        expect(fingerprint(definition, { ...base, [name]: [{ other: true }] }), name).not.toBe(before);
        continue;
      }
      const value = differentValue(schema, base[name]);
      expect(value, `no other value was found for ${name}`).not.toBeUndefined();
      const after = fingerprint(definition, { ...base, [name]: value });
      if (definition.identityExcludes?.includes(name)) expect(after, name).toBe(before);
      else expect(after, name).not.toBe(before);
    }
  });

  it("has another fingerprint for another input, and for another version of the step", () => {
    const params = { ...definition.defaults } as Record<string, unknown>;
    const before = fingerprint(definition, params);
    const otherInput = makeStepIdentity({ definition, params, models: {}, inputs: { input: ["b/output"] }, rowLimit: null, repeat: 0, draw: null });
    expect(fingerprintIdentity(otherInput)).not.toBe(before);
    expect(fingerprint({ ...definition, version: definition.version + 1 }, params)).not.toBe(before);
  });
});

it("gives the same fingerprints in another process", () => {
  const script = `
    const { fingerprintIdentity, makeStepIdentity } = await import("@/lib/fingerprint/step-identity");
    const { stepDefinitions } = await import("@/lib/steps/definitions.generated");
    const all = Object.values(stepDefinitions).map((definition) => fingerprintIdentity(makeStepIdentity({ definition, params: definition.defaults, models: {}, inputs: { input: ["a/output"] }, rowLimit: null, repeat: 0, draw: null })));
    process.stdout.write(JSON.stringify(all));`;
  const output = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { cwd: join(import.meta.dirname, "..", ".."), encoding: "utf8" });
  expect(JSON.parse(output)).toEqual(definitions.map((definition) => fingerprint(definition, { ...definition.defaults })));
});

it("ignores a file's name", () => {
  const definition = definitions.find((one) => listParams(one.params).some(({ meta }) => meta.field?.kind === "file"));
  const name = definition && listParams(definition.params).find(({ meta }) => meta.field?.kind === "file")?.name;
  if (!definition || !name) throw new Error("no step takes a file");
  const withName = (file: string) => fingerprint(definition, { ...definition.defaults, [name]: { sha256: "0".repeat(64), name: file } });
  expect(withName("a.csv")).toBe(withName("b.csv"));
});

/** Fingerprints of the defaults of the first versions of steps, from before they had a choice of layout, of how replies are read, of an index, of several rewards. */
const keptFingerprints: Record<string, string> = {
  "process-with-prompt": "da5783a3e4e7f61825d6215cfde939762fd2c184e844ec399a1f23a33eed93b2",
  "few-shot-prompt": "bd1af9c5534d64805d80e13b920fb0e0b23ddcd0f7988e9908e0b7ec16afb98a",
  "few-shot-with-retrieval": "ca8bdac03dcbdc5cbad29c6047772a62d99fd13e77acf055c124d954cd21eaab",
  "rag-prompt": "74b5b58e73e65441747862d60fe8cc65eb05764c28a2671cbb31ed52a87f9479",
  "data-from-attributed-prompt": "a45bed6790dee5e81ee114f35f12535793501ce8f3961c8166220096a639032a",
  "filter-with-prompt": "4c09849a8d09f5066771d6d1638f0d76cd5bfda218374f031dc5859430fe7dbd",
  "rank-with-prompt": "254692b09d7835b05fa30a0c09bd5bf4e111336627bc2af413b22fd8bf11fd46",
  "judge-pairs-with-prompt": "07018471fb6c2f36167e38e50768abee49a61a54a65c743a82106b708315b828",
  "judge-generation-pairs": "e228992da409e9685938e6d1f566c02dfafc5b4432236268e57cdba3ef87ebe8",
  "train-with-rewards": "81113195cb053b253ed798f66ce84cf263ed56418b482e24dfcc797bc008bac6",
  retrieve: "eec411b4145e1197662bc509eb581ce6350c4dc12ac413e441e118794aceae4f",
};

it.each(Object.entries(keptFingerprints))("finds the results that %s made before parameters were added to it", (id, kept) => {
  const current = (stepDefinitions as Record<string, AnyStepDefinition>)[id];
  if (!current) throw new Error(`There is no step ${id}`);
  // A later version changes results on purpose; a parameter alone changes nothing.
  const definition = { ...current, version: 1 };
  expect(fingerprint(definition, { ...definition.defaults })).toBe(kept);
  const base = fillDefaults(definition);
  for (const { name, schema } of listParams(definition.params).filter(({ name, meta }) => meta.addedLater && !definition.identityExcludes?.includes(name))) {
    expect(fingerprint(definition, { ...base, [name]: differentValue(schema, base[name]) }), name).not.toBe(kept);
  }
});
