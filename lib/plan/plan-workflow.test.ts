import { describe, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { createEmptyDocument, createNode, type WorkflowDocument } from "@/lib/workflow/document";
import { migrateDocument } from "@/lib/workflow/migrate-document";
import { findAncestors, findDescendants } from "@/lib/workflow/topology";
import { nothingKnown, type PlanKnown } from "./plan-known";
import { planWorkflow, type Plan, type PlannedStep } from "./plan-workflow";

const words = { table: { columns: [{ name: "word", type: "text" }], rows: [["a"], ["b"]] } };
type Node = [id: string, step: string, params: Record<string, unknown>];

function makeDocument(nodes: Node[], edges: [string, string][], changes: Partial<WorkflowDocument["nodes"][number]> = {}): WorkflowDocument {
  return {
    ...createEmptyDocument("Plan"),
    nodes: nodes.map(([id, step, params]) => createNode({ id, step, title: id.toUpperCase(), params, ...changes })),
    edges: edges.map(([from, to], index) => {
      const [fromNode = "", fromPort = ""] = from.split(".");
      const [toNode = "", toPort = ""] = to.split(".");
      return { id: `e${String(index)}`, from: { node: fromNode, port: fromPort }, to: { node: toNode, port: toPort } };
    }),
  };
}

const model = { connection: "c", model: "m" };
const base: Node[] = [
  ["t", "type-table", words],
  ["p", "process-with-prompt", { ...stepDefinitions["process-with-prompt"].defaults, model, column: "word", instruction: "Shout." }],
  ["k", "take", { count: 1 }],
];
const line: [string, string][] = [["t.output", "p.input"], ["p.output", "k.input"]];
const known: PlanKnown = { ...nothingKnown, models: { "c/m": { provider: "openai-compatible", baseUrl: "http://x/v1", model: "m" } } };

const plan = (document: WorkflowDocument, facts: PlanKnown = known, rowLimit: number | null = null): Plan => planWorkflow(document, stepDefinitions, facts, rowLimit);
function stepOf(made: Plan, id: string): PlannedStep {
  const step = made.steps.get(id);
  if (!step) throw new Error(id);
  return step;
}
const codes = (step: PlannedStep) => step.problems.map((problem) => problem.code);

describe("columns", () => {
  it("are known along every edge before anything runs", () => {
    const made = plan(makeDocument(base, line));
    expect(stepOf(made, "k").columns.output?.map((column) => column.name)).toEqual(["word", "prompts", "generations"]);
  });

  it("that are missing are named, with those that are there", () => {
    const [table, prompt, take] = base as [Node, Node, Node];
    const made = plan(makeDocument([table, ["p", prompt[1], { ...prompt[2], column: "wrd" }], take], line));
    expect(stepOf(made, "p").problems).toEqual([{ code: "column_missing", data: { column: "wrd", columns: "word" }, param: "column" }]);
    expect(codes(stepOf(made, "k"))).toEqual(["upstream_blocked"]);
  });
});

describe("problems while drawing", () => {
  it("name a cycle by its steps", () => {
    const made = plan(makeDocument([["a", "take", { count: 1 }], ["b", "take", { count: 1 }]], [["a.output", "b.input"], ["b.output", "a.input"]]));
    expect(stepOf(made, "a").problems[0]).toEqual({ code: "cycle", data: { path: "A → B → A" } });
  });

  it("name an unconnected port, an unknown step, parameters that do not fit and ports that do not fit", () => {
    expect(codes(stepOf(plan(makeDocument([["k", "take", { count: 1 }]], [])), "k"))).toEqual(["input_missing"]);
    expect(codes(stepOf(plan(makeDocument([["x", "from-the-future", {}]], [])), "x"))).toEqual(["unknown_step"]);
    expect(codes(stepOf(plan(makeDocument([["t", "type-table", words], ["k", "take", { count: -1 }]], [["t.output", "k.input"]])), "k"))).toEqual(["params_invalid"]);
    const wrong = makeDocument([["t", "type-table", words], ["p", "data-from-prompt", { ...stepDefinitions["data-from-prompt"].defaults, instruction: "x" }]], [["t.output", "p.model"]]);
    expect(codes(stepOf(plan(wrong), "p"))).toContain("port_type_mismatch");
  });

  it("name a model that is not here", () => {
    expect(codes(stepOf(plan(makeDocument(base, line), { ...known, models: { "c/m": null } }), "p"))).toEqual(["model_missing"]);
  });
});

describe("fingerprints", () => {
  const fingerprints = (made: Plan) => ["t", "p", "k"].map((id) => stepOf(made, id).fingerprint);

  it("do not depend on titles, places or ids", () => {
    const moved = makeDocument(base, line, { title: "Other", position: { x: 9, y: 9 } });
    expect(fingerprints(plan(moved))).toEqual(fingerprints(plan(makeDocument(base, line))));
  });

  it("change for a step and all behind it, and for nothing before it", () => {
    const [table, prompt, take] = base as [Node, Node, Node];
    const changed = fingerprints(plan(makeDocument([table, ["p", prompt[1], { ...prompt[2], instruction: "Whisper." }], take], line)));
    const before = fingerprints(plan(makeDocument(base, line)));
    expect(changed.map((fingerprint, index) => fingerprint === before[index])).toEqual([true, false, false]);
  });

  it("change with the row limit where rows come from, and so behind it", () => {
    expect(fingerprints(plan(makeDocument(base, line), known, 5))).not.toEqual(fingerprints(plan(makeDocument(base, line))));
  });
});

describe("verdicts", () => {
  function runAll(document: WorkflowDocument): PlanKnown {
    const made = plan(document);
    const results: PlanKnown["results"] = {};
    const previous: PlanKnown["previous"] = {};
    for (const step of made.steps.values()) {
      if (!step.fingerprint || !step.identity) continue;
      results[step.fingerprint] = { columns: {}, rows: {}, rejected: 0, failed: 0, pruned: false, createdAt: "" };
      previous[step.node.id] = { ...step.identity };
    }
    return { ...known, results, previous };
  }
  const verdicts = (document: WorkflowDocument, facts: PlanKnown) => ["t", "p", "k"].map((id) => stepOf(plan(document, facts), id).verdict);

  it("are fresh after a run, and say why they are stale after an edit", () => {
    const after = runAll(makeDocument(base, line));
    expect(verdicts(makeDocument(base, line), after)).toEqual([{ state: "fresh" }, { state: "fresh" }, { state: "fresh" }]);
    const [table, prompt, take] = base as [Node, Node, Node];
    const edited = makeDocument([table, ["p", prompt[1], { ...prompt[2], instruction: "Whisper." }], take], line);
    expect(verdicts(edited, after)).toEqual([
      { state: "fresh" },
      { state: "stale", reason: { code: "params_changed", params: ["instruction"] } },
      { state: "stale", reason: { code: "input_changed", ports: ["input"] } },
    ]);
  });

  it("tell a changed model, a removed result and a step that never ran apart", () => {
    const after = runAll(makeDocument(base, line));
    const moved = { ...after, models: { "c/m": { provider: "openai-compatible", baseUrl: "http://y/v1", model: "m" } } };
    expect(verdicts(makeDocument(base, line), moved)[1]).toEqual({ state: "stale", reason: { code: "model_changed", params: ["model"] } });
    expect(verdicts(makeDocument(base, line), { ...after, results: {} })[0]).toEqual({ state: "stale", reason: { code: "result_missing" } });
    expect(verdicts(makeDocument(base, line), known)[0]).toEqual({ state: "stale", reason: { code: "never_run" } });
  });
});

describe("documents", () => {
  it("of a newer version, with a dangling edge or with an id twice do not open", () => {
    const document = makeDocument(base, line);
    expect(() => migrateDocument({ ...document, version: 3 })).toThrow(/newer Reverie/);
    expect(() => migrateDocument({ ...document, edges: [{ id: "e", from: { node: "gone", port: "o" }, to: { node: "k", port: "input" } }] })).toThrow(/not there/);
    expect(() => migrateDocument({ ...document, nodes: [...document.nodes, ...document.nodes] })).toThrow(/share an id/);
    expect(migrateDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it("know what feeds a step and what it feeds", () => {
    const document = makeDocument(base, line);
    expect([...findAncestors(document, "p")].sort()).toEqual(["p", "t"]);
    expect([...findDescendants(document, "p")].sort()).toEqual(["k", "p"]);
  });
});
