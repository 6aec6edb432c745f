import { describe, expect, it } from "vitest";
import type { ChatMessage } from "@/lib/llm/chat";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { runnerLoaders } from "@/lib/steps/runners.generated";
import type { AnyStepDefinition } from "./define-step";
import { checkLayout, type Layout } from "./layout";
import { listParams } from "./param-fields";
import type { RowsRunner } from "./step-runner";

type Params = Record<string, unknown>;
type Row = Record<string, unknown>;

/** Texts that a template could mistake for its own: braces, blanks at the ends, markup, other scripts, JSON. */
const hard = ["{{ input }}", "{% if x %}", "{# not a comment #}", "  spaces  ", "\n\nlines\n", "<b>&amp;</b>", '["a"]', '{"a": 1}', "Đặng 🙂 שלום", "", "0", "None", "-}}\n"];
const labels = ["Input:", "", "{{", " ", "Câu hỏi:"];
const separators = ["\n", "\n\n", "", " | "];

interface Case {
  id: keyof typeof runnerLoaders;
  /** Parameters, of which each label and separator is tried in turn. */
  params: Params;
  labels: string[];
  row: (text: string, other: string) => Row;
  examples?: Row[];
}

const examples = hard.slice(0, 8).map((text, index) => ({ x: text, y: hard.at(-index - 1) }));
const cases: Case[] = [
  { id: "process-with-prompt", params: { column: "c", instruction: "Add {{ one }}.\n" }, labels: ["inputLabel", "instructionLabel"], row: (c) => ({ c }) },
  { id: "filter-with-prompt", params: { column: "c", instruction: "Keep?" }, labels: ["inputLabel", "instructionLabel"], row: (c) => ({ c }) },
  { id: "rank-with-prompt", params: { column: "c", instruction: "Score!" }, labels: ["inputLabel", "instructionLabel"], row: (c) => ({ c }) },
  { id: "few-shot-prompt", params: { column: "c", exampleInput: "x", exampleOutput: "y", instruction: " Do it. " }, labels: ["inputLabel", "outputLabel"], row: (c) => ({ c }), examples },
  { id: "few-shot-prompt", params: { column: "c", exampleInput: "x", exampleOutput: "y", minExamples: 2, maxExamples: 3 }, labels: ["inputLabel", "outputLabel"], row: (c) => ({ c }), examples },
  { id: "few-shot-prompt", params: { column: "c", exampleInput: "x", exampleOutput: "y", minExamples: 0 }, labels: ["inputLabel", "outputLabel"], row: (c) => ({ c }), examples: [] },
  { id: "few-shot-with-retrieval", params: { column: "c", examplesColumn: "found", exampleInput: "x", exampleOutput: "y", maxExamples: 5 }, labels: ["inputLabel", "outputLabel"], row: (c) => ({ c, found: JSON.stringify(examples) }) },
  { id: "rag-prompt", params: { column: "c", textsColumn: "found", instruction: "Only from these." }, labels: ["textLabel", "promptLabel"], row: (c, other) => ({ c, found: JSON.stringify([other, c, "third"]) }) },
  { id: "rag-prompt", params: { column: "c", textsColumn: "found", minTexts: 0, maxTexts: 1 }, labels: ["textLabel", "promptLabel"], row: (c) => ({ c, found: "[]" }) },
  { id: "judge-pairs-with-prompt", params: { a: "c", b: "d", order: "both" }, labels: ["instructionLabel"], row: (c, d) => ({ c, d }) },
  { id: "judge-generation-pairs", params: { promptsColumn: "p", a: "c", b: "d", order: "random" }, labels: ["instructionLabel", "promptLabel"], row: (c, d) => ({ p: `${d}${c}`, c, d }) },
  { id: "data-from-attributed-prompt", params: { instruction: "A {topic} {{tale}}", attributes: [{ name: "topic", values: hard }] }, labels: [], row: () => ({}) },
];

function definitionOf(id: string): AnyStepDefinition {
  const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[id];
  if (!definition) throw new Error(`There is no step ${id}`);
  return definition;
}

function layoutOf(id: string): Layout {
  const field = listParams(definitionOf(id).params).find(({ name }) => name === "layout")?.meta.field;
  if (field?.kind !== "layout") throw new Error(`${id} has no layout`);
  return field;
}

/** What the step sends for the rows. */
async function findPrompts(one: Case, params: Params, rows: Row[]): Promise<unknown[]> {
  const runner = (await runnerLoaders[one.id]()).run as unknown as RowsRunner<Params>;
  const definition = definitionOf(one.id);
  const parsed = definition.params.parse({ ...definition.defaults, ...params });
  const prepared = await runner.prepare?.({ params: parsed, readTable: () => Promise.resolve(one.examples ?? []) });
  const sent: unknown[] = [];
  const complete = (messages: ChatMessage[]) => {
    sent.push(messages.at(-1)?.content);
    return Promise.resolve({ text: "1", record: null });
  };
  for (const [rowNumber, row] of rows.entries()) await runner.processRow(row, { params: parsed, prepared, rowNumber, complete, fitParts: (total: number) => total } as never);
  return sent;
}

it("covers every step whose layout can be changed", () => {
  const changeable = Object.values(stepDefinitions as Record<string, AnyStepDefinition>).filter((definition) => "layout" in definition.params.shape);
  expect([...new Set(cases.map(({ id }) => id))].sort()).toEqual(changeable.map(({ id }) => id).sort());
});

describe("the template that a layout starts from", () => {
  it.each(cases)("gives the bytes of the step's own layout: $id $params", async (one) => {
    const { template } = layoutOf(one.id);
    const rows = hard.flatMap((text, index) => [one.row(text, hard[(index + 5) % hard.length] ?? ""), one.row("plain", text)]);
    for (const separator of separators) {
      for (const label of labels) {
        const given = { ...one.params, ...(one.labels.length > 0 && { separator }), ...Object.fromEntries(one.labels.map((name, index) => [name, index === 0 ? label : "Nhãn:"])) };
        const literal = await findPrompts(one, given, rows);
        expect(literal.length).toBeGreaterThan(0);
        expect(await findPrompts(one, { ...given, layout: template }, rows)).toEqual(literal);
      }
    }
  });

  it.each([...new Set(cases.map(({ id }) => id))])("names only what %s gives it", (id) => {
    const layout = layoutOf(id);
    expect(checkLayout(layout.template, layout)).toEqual([]);
  });
});

describe("checkLayout", () => {
  const layout = { template: "", variables: ["input", "examples"] };
  it.each([
    ["{{ inptu }}", ["inptu"]],
    ["{% for e in examples %}{{ e.input }}{{ loop.index }}{% endfor %}{{ e2 }}", ["e2"]],
    ["{% set x = input | replace(a, 'b') %}{{ x | upper }}{{ x is defined }}", ["a"]],
    ["{% macro m(q, r=1) %}{{ q }}{{ r }}{{ s }}{% endmacro %}{{ m(input) }}", ["s"]],
    ["{% for k, v in examples[0].items() %}{{ k }}{{ v }}{% endfor %}{{ {'a': z}['a'] }}", ["z"]],
    ["{{ input if examples else other }}{{ namespace(n=1).n }}", ["other"]],
  ])("names what %j is not given", (template, unknown) => {
    expect(checkLayout(template, layout).map(({ code, data }) => [code, data["variable"]])).toEqual(unknown.map((name) => ["layout_variable_unknown", name]));
  });

  it("says that a template cannot be read, or is blank", () => {
    expect(checkLayout("{{ input", layout).map(({ code }) => code)).toEqual(["template_invalid"]);
    expect(checkLayout(" ", layout).map(({ code }) => code)).toEqual(["param_required"]);
    expect(checkLayout(null, layout)).toEqual([]);
  });
});

describe("a layout of one's own", () => {
  const fewShot: Case = { id: "few-shot-prompt", params: { column: "c", exampleInput: "x", exampleOutput: "y" }, labels: [], row: (c) => ({ c }), examples: [{ x: "a", y: "b" }, { x: "long ".repeat(20), y: "c" }, { x: "d", y: "e" }] };

  it("shows what it is told to, examples as they fit", async () => {
    const layout = "{% for e in examples %}<{{ e.input }}={{ e.output }}>{% endfor %}?{{ input }}";
    expect(await findPrompts(fewShot, { ...fewShot.params, layout, longestPrompt: 5 }, [{ c: "q" }])).toEqual(["<a=b><d=e>?q"]);
  });

  it("never grows longer than the bound, also where it shows an example twice", async () => {
    const layout = "{% for e in examples %}{{ e.input }}{{ e.input }}{{ e.input }};{% endfor %}?{{ input }}";
    const given = { ...fewShot, examples: Array.from({ length: 20 }, () => ({ x: "abcdef", y: "" })) };
    const [prompt] = await findPrompts(given, { ...fewShot.params, layout, longestPrompt: 10 }, [{ c: "q" }]);
    expect(prompt).toBe("abcdefabcdefabcdef;abcdefabcdefabcdef;?q");
    await expect(findPrompts(given, { ...fewShot.params, layout, longestPrompt: 2 }, [{ c: "q" }])).rejects.toMatchObject({ code: "examples_too_few" });
  });
});
