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
  const candidates: unknown[] = [true, false, 1, 2, 3, 99, 0.25, "other", "x", ["other"], null, "csv", "jsonl", "full", "chat", "cosine", "yes", "latin-1", "by-name", "low", `fp~${"f".repeat(64)}~output`, { a: "b" }, [{ column: "c", descending: true }]];
  const different = candidates.find((candidate) => JSON.stringify(candidate) !== JSON.stringify(value) && schema.safeParse(candidate).success);
  if (different !== undefined) return different;
  const options = ((schema instanceof z.ZodDefault ? schema.unwrap() : schema) as { options?: unknown[] }).options ?? [];
  return options.find((option) => option !== value);
}

describe.each(definitions.map((definition) => ({ id: definition.id, definition })))("$id", ({ definition }) => {
  it("has another fingerprint for each parameter that changes, save for those left out on purpose", () => {
    const base = { ...definition.defaults } as Record<string, unknown>;
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
