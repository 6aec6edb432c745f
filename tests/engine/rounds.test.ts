import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gatherKnown } from "@/lib/engine/gather-known";
import type { RunRequest } from "@/lib/engine/start-run";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { readRun } from "@/lib/runs/read-run";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { setRoundParams } from "@/lib/workflow/commands/edit-group";
import { applyPatches } from "@/lib/workflow/commands/patch";
import type { GroupRepeat, WorkflowDocument } from "@/lib/workflow/document";
import { createWorkflow } from "@/lib/workflows/workflow-store";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const A_ROUND = 20;

let engine: TestEngine;
let chat: ChatServer;

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  let made = 0;
  chat = await startChatServer(() => `draft ${String(made++)}`);
  await engine.resources.database.prisma.connection.create({ data: { id: "stub", name: "Stub", provider: "openai-compatible", baseUrl: chat.url, models: [{ id: "m" }] } });
});
beforeEach(() => {
  chat.calls.length = 0;
});
afterAll(async () => {
  await chat.close();
  await engine.close();
});

const model = { connection: "stub", model: "m" };
const accepted = { node: "keep", port: "output" };

/** A generator of twenty drafts a round, of which every other one is kept, and a step after the group. */
function draw(topic: string, repeat: Partial<GroupRepeat>): WorkflowDocument {
  const document = makeDocument(
    {
      make: { step: "data-from-prompt", params: { ...stepDefinitions["data-from-prompt"].defaults, model, instruction: topic, count: A_ROUND } },
      keep: { step: "filter-rows", params: { condition: `regexp_extract(generations, '\\d+')::INT % 2 = 0` } },
      after: { step: "reverse", params: {} },
    },
    ["make.output>keep.input", "keep.output>after.input"],
  );
  return {
    ...document,
    nodes: document.nodes.map((node) => (node.id === "after" ? node : { ...node, group: "g" })),
    groups: [{ id: "g", title: "Until enough", repeat: { rounds: 6, carries: [], stop: null, result: "all", varies: [], ...repeat }, sweep: null }],
  };
}

async function run(document: WorkflowDocument, options: Partial<RunRequest> = {}): Promise<string> {
  return engine.run(document, options);
}

const states = async (runId: string) => Object.fromEntries((await readRun(engine.resources, runId)).steps.map((step) => [step.nodeId, step.state]));

describe("until so many rows are accepted", () => {
  const document = draw("until", { stop: { kind: "rows", output: accepted, rows: 25 } });

  it("draws new candidates in each round, stops as soon as there are enough, and gives just those", async () => {
    const runId = await run(document);
    expect(chat.calls).toHaveLength(3 * A_ROUND);
    expect(await states(runId)).toMatchObject({ make: "done", "keep.3": "done", "make.4": "skipped", "keep.6": "skipped", "g.keep.output": "done", after: "done" });
    const gathered = await engine.readResult(runId, "g.keep.output");
    expect(gathered.totals).toMatchObject({ rowsIn: 30, rowsOut: 25, rejected: 5, failed: 0 });
    const rows = await engine.readRows(runId, "after");
    expect(new Set(rows.map((row) => row["generations"])).size).toBe(25);
  });

  it("makes no call the second time, and runs further rounds only where more are wanted", async () => {
    await run(document);
    expect(chat.calls).toHaveLength(0);
    const more = await run(draw("until", { stop: { kind: "rows", output: accepted, rows: 35 } }));
    expect(chat.calls).toHaveLength(A_ROUND);
    expect(await engine.readRows(more, "after")).toHaveLength(35);
    // Round four lies in the cache now; it is not one of those that twenty-five rows take.
    const fewer = await run({ ...document, nodes: document.nodes.map((node) => (node.id === "after" ? { ...node, step: "shuffle", params: { seed: 1 } } : node)) });
    expect(chat.calls).toHaveLength(A_ROUND);
    expect(await engine.readRows(fewer, "after")).toHaveLength(25);
    expect((await states(fewer))["make.4"]).toBe("skipped");
  });

  it("gives what there is when the rounds are used up", async () => {
    const runId = await run(draw("too few", { rounds: 2, stop: { kind: "rows", output: accepted, rows: 500 } }));
    expect(chat.calls).toHaveLength(2 * A_ROUND);
    expect(await engine.readRows(runId, "after")).toHaveLength(20);
  });

  it("is planned as done once its rounds are, without those that it left out", async () => {
    const plan = planWorkflow(document, stepDefinitions, await gatherKnown(engine.resources, document, { workflowId: null, rowLimit: null }));
    expect(["keep.3", "make.4", "g.keep.output"].map((id) => plan.steps.get(id)?.verdict.state)).toEqual(["fresh", "skipped", "fresh"]);
  });

  it("traces a row back to its round", async () => {
    const runId = await run(document);
    const { inputs } = await engine.readResult(runId, "g.keep.output");
    expect(inputs["rounds"]).toHaveLength(6);
    expect(inputs["rounds"]?.[2]).toBe(`${(await engine.readResult(runId, "keep.3")).fingerprint}/output`);
  });
});

describe("rounds", () => {
  it("hand what one made to the next", async () => {
    const drawn = makeDocument(
      {
        start: { step: "type-table", params: { table: { columns: [{ name: "x", type: "integer" }], rows: [[1], [2]] } } },
        grow: { step: "map-column", params: { ...stepDefinitions["map-column"].defaults, column: "x", expression: "x * 10" } },
        after: { step: "reverse", params: {} },
      },
      ["start.output>grow.input", "grow.output>after.input"],
    );
    const repeat: GroupRepeat = { rounds: 3, carries: [{ from: { node: "grow", port: "output" }, to: { node: "grow", port: "input" } }], stop: null, result: "last", varies: [] };
    const grouped = (change: Partial<GroupRepeat>): WorkflowDocument => ({
      ...drawn,
      nodes: drawn.nodes.map((node) => (node.id === "grow" ? { ...node, group: "g" } : node)),
      groups: [{ id: "g", title: "Rounds", repeat: { ...repeat, ...change }, sweep: null }],
    });
    const values = async (runId: string) => (await engine.readRows(runId, "after")).map((row) => Number(row["x"]));
    expect(await values(await run(grouped({})))).toEqual([2000, 1000]);
    expect(await values(await run(grouped({ result: "all" })))).toEqual([2000, 1000, 200, 100, 20, 10]);
    const stop = { kind: "value", output: { node: "grow", port: "output" }, column: "x", comparison: "at-least", value: 100 } as const;
    const stopped = await run(grouped({ rounds: 9, stop }));
    expect(await values(stopped)).toEqual([200, 100]);
    expect((await states(stopped))["grow.3"]).toBe("skipped");
  });

  it("leave the rounds before a change as they were", async () => {
    const before = draw("vary", { rounds: 3 });
    await run(before);
    expect(chat.calls).toHaveLength(3 * A_ROUND);
    const make = before.nodes.find((node) => node.id === "make");
    if (!make) throw new Error("no such step");
    const after = applyPatches(before, setRoundParams.plan(before, { node: make, round: 2, params: { instruction: "vary, but shorter" } })).document;
    const runId = await run(after);
    expect(chat.calls).toHaveLength(4 * A_ROUND);
    const steps = (await readRun(engine.resources, runId)).steps;
    expect(steps.filter((step) => step.fromCache).map((step) => step.nodeId).sort()).toEqual(["keep", "keep.3", "make", "make.3"]);
  });
});

describe("a step whose cache is off", () => {
  it("is made anew in each run, calls and all, and all that follows from it", async () => {
    const ask = (cache: "on" | "off"): WorkflowDocument => {
      const document = makeDocument(
        {
          rows: { step: "type-table", params: { table: { columns: [{ name: "q", type: "text" }], rows: [["one"], ["two"]] } } },
          ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model, prompt: "cache: {q}" } },
          after: { step: "reverse", params: {} },
        },
        ["rows.output>ask.input", "ask.output>after.input"],
      );
      return { ...document, nodes: document.nodes.map((node) => (node.id === "ask" ? { ...node, cache } : node)) };
    };
    const { id } = await createWorkflow(engine.resources, ask("off"));
    const first = await run(ask("off"), { workflowId: id });
    const second = await run(ask("off"), { workflowId: id });
    expect(chat.calls).toHaveLength(4);
    expect(await engine.readRows(second, "after")).not.toEqual(await engine.readRows(first, "after"));
    // What feeds it stays, what it made last is what stands there, and a step after it can run by itself.
    const plan = planWorkflow(ask("off"), stepDefinitions, await gatherKnown(engine.resources, ask("off"), { workflowId: id, rowLimit: null }));
    expect(["rows", "ask", "after"].map((node) => plan.steps.get(node)?.verdict.state)).toEqual(["fresh", "fresh", "fresh"]);
    await run(ask("off"), { workflowId: id, target: { kind: "only", nodeId: "after" } });
    expect(chat.calls).toHaveLength(4);
    await run(ask("on"), { workflowId: id });
    await run(ask("on"), { workflowId: id });
    expect(chat.calls).toHaveLength(6);
  });
});
