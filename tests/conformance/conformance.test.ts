import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { isType, type Column } from "@/lib/steps/_sdk/columns";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import type { TableRunner } from "@/lib/steps/_sdk/step-runner";
import type { StepFixture } from "@/lib/steps/_sdk/step-fixture";
import { runStepFixture } from "@/lib/steps/_sdk/test-harness";
import samplingWords from "@/lib/steps/_sdk/sampling-words.en.json" with { type: "json" };
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { stepMessages } from "@/lib/steps/messages.en.generated";
import { runnerLoaders } from "@/lib/steps/runners.generated";

const root = join(import.meta.dirname, "..", "..", "lib", "steps");

const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
  .flatMap((category) =>
    readdirSync(join(root, category.name)).map((id) => ({
      id,
      category: category.name,
      path: join(root, category.name, id),
    })),
  );

interface Words {
  title: string;
  description: string;
  summary: string;
  ports: Record<string, string>;
  params: Record<string, { label: string; help: string }>;
}

function fieldOf(definition: AnyStepDefinition, name: string): unknown {
  const schema = definition.params.shape[name] as z.ZodType | undefined;
  return schema?.meta()?.field;
}

describe.each(folders)("$category/$id", ({ id, category, path }) => {
  const definition: AnyStepDefinition | undefined = (
    stepDefinitions as Record<string, AnyStepDefinition>
  )[id];
  if (!definition)
    throw new Error(`${id} is not in the catalogue: run the generator.`);
  const names = Object.keys(definition.params.shape);
  const fixtures = readdirSync(join(path, "fixtures")).filter((name) =>
    name.endsWith(".json"),
  );

  it("is named like its folder and has defaults that parse, save for what a person fills in", () => {
    expect(definition.id).toBe(id);
    expect(definition.category).toBe(category);
    const parsed = definition.params.safeParse(definition.defaults);
    const wrong = parsed.success
      ? []
      : parsed.error.issues.map((issue) => String(issue.path[0]));
    expect(
      wrong.filter((name) => !definition.incomplete?.includes(name)),
    ).toEqual([]);
    expect(
      Object.keys(definition.defaults).filter((name) => !names.includes(name)),
    ).toEqual([]);
    expect(
      (definition.incomplete ?? []).filter((name) => !names.includes(name)),
    ).toEqual([]);
    expect(
      (definition.identityExcludes ?? []).filter(
        (name) => !names.includes(name),
      ),
    ).toEqual([]);
  });

  it("gives every parameter a form field", () => {
    expect(
      names.filter((name) => fieldOf(definition, name) === undefined),
    ).toEqual([]);
  });

  it("has words for all it shows, and a README that names every parameter", () => {
    const words = (stepMessages as Record<string, Words>)[id];
    const readme = readFileSync(join(path, "README.md"), "utf8");
    const shared = readFileSync(join(root, "_sdk", "sampling.md"), "utf8");
    expect(words?.title).toBeTruthy();
    expect(words?.description).toBeTruthy();
    expect(words?.summary).toBeTruthy();
    expect(Object.keys(words?.params ?? {}).sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(words?.params[name]?.label, name).toBeTruthy();
      expect(words?.params[name]?.help, name).toBeTruthy();
      expect(name in samplingWords ? shared : readme).toContain(`**${name}**`);
    }
    const parsed = definition.params.safeParse(definition.defaults);
    const ports = [
      ...definition.inputs,
      ...(parsed.success ? definition.outputs(parsed.data) : []),
    ];
    expect(ports.filter(({ name }) => !words?.ports[name])).toEqual([]);
  });

  it("has a fixture", () => {
    expect(fixtures.length).toBeGreaterThan(0);
  });

  it.each(fixtures)("%s", async (name) => {
    const fixture = JSON.parse(
      readFileSync(join(path, "fixtures", name), "utf8"),
    ) as StepFixture;
    const load = (
      runnerLoaders as Record<string, () => Promise<{ run: { kind: string } }>>
    )[id];
    if (!load) throw new Error(`${id} has no runner.`);
    const { run } = await load();
    if (run.kind !== "table") return;
    await checkFixture(
      definition,
      run as unknown as TableRunner<Record<string, unknown>>,
      fixture,
    );
  });
});

async function checkFixture(
  definition: AnyStepDefinition,
  runner: TableRunner<Record<string, unknown>>,
  fixture: StepFixture,
): Promise<void> {
  const outcome = await runStepFixture({ definition, runner }, fixture);
  const { expect: wanted } = fixture;
  expect(outcome.check.problems.map(({ code }) => code)).toEqual(
    wanted.problems ?? [],
  );
  expect(outcome.error).toBe(wanted.error ?? null);
  for (const [port, rows] of Object.entries(wanted.outputs ?? {}))
    expect(outcome.outputs[port], port).toEqual(rows);
  for (const [port, columns] of Object.entries(wanted.columns ?? {}))
    expect(outcome.columns[port]?.map((column, index) => ({ ...column, shape: columns[index]?.shape && column.shape })), port).toEqual(columns);
  for (const [port, rows] of Object.entries(wanted.lineage ?? {}))
    expect(outcome.lineage[port], port).toEqual(rows);
  for (const kind of ["rejected", "failed"] as const) {
    if (wanted[kind])
      expect(
        outcome[kind].map(({ row, code }) => ({ row, code })),
        kind,
      ).toEqual(wanted[kind]);
  }
  for (const [name, text] of Object.entries(wanted.files ?? {}))
    expect(outcome.files[name], name).toBe(text);
  expect(outcome.unaccounted, "rows that are nowhere").toEqual([]);
  if (outcome.error === null && outcome.check.problems.length === 0) {
    for (const [port, promised] of Object.entries(outcome.check.columns)) {
      if (promised === null) continue;
      const made = outcome.columns[port] ?? [];
      const keeps = ({ type }: Column, wanted: Column | undefined): boolean => wanted !== undefined && (wanted.type === "unknown" || isType(type, wanted.type));
      expect(
        made.map((column, index) => ({ name: column.name, type: keeps(column, promised[index]) ? promised[index]?.type : column.type })),
        port,
      ).toEqual(promised.map(({ name, type }) => ({ name, type })));
    }
  }
}
