import { describe, expect, it } from "vitest";
import { createEmptyDocument, createNode, type GroupRepeat, type WorkflowDocument } from "./document";
import { unrollGroups } from "./unroll-groups";
import { findDependencies, parseNodeId, type UnrolledDocument } from "./unrolled";

const edge = (from: string, to: string) => {
  const [fromNode = "", fromPort = ""] = from.split(".");
  const [toNode = "", toPort = ""] = to.split(".");
  return { id: `${fromNode}-${toNode}`, from: { node: fromNode, port: fromPort }, to: { node: toNode, port: toPort } };
};

/** seeds → [make → keep] → after, the bracketed ones in a group. */
function draw(repeat: Partial<GroupRepeat>): WorkflowDocument {
  return {
    ...createEmptyDocument("rounds"),
    nodes: [
      createNode({ id: "seeds", step: "type-table", title: "Seeds", params: {} }),
      createNode({ id: "make", step: "prompt", title: "Make", params: { prompt: "Say." }, group: "g" }),
      createNode({ id: "keep", step: "filter-rows", title: "Keep", params: {}, group: "g" }),
      createNode({ id: "after", step: "take", title: "After", params: {} }),
    ],
    edges: [edge("seeds.output", "make.input"), edge("make.output", "keep.input"), edge("keep.output", "after.input")],
    groups: [{ id: "g", title: "Rounds", repeat: { rounds: 3, carries: [], stop: null, result: "all", varies: [], ...repeat }, sweep: null }],
  };
}

const unroll = (document: WorkflowDocument, isModel = false) => unrollGroups(document, { isModelPort: () => isModel, isTrainer: () => false });
const wires = ({ edges }: UnrolledDocument) => edges.map(({ from, to }) => `${from.node}.${from.port}>${to.node}.${to.port}`).sort();

describe("a repeated group", () => {
  it("has steps of its own in each round, and behind them one that gathers what is used outside", () => {
    const unrolled = unroll(draw({}));
    expect(unrolled.nodes.map(({ id }) => id)).toEqual(["seeds", "make", "make.2", "make.3", "keep", "keep.2", "keep.3", "after", "g.keep.output"]);
    expect(wires(unrolled)).toEqual(
      [
        ...["", ".2", ".3"].flatMap((round) => [`seeds.output>make${round}.input`, `make${round}.output>keep${round}.input`, `keep${round}.output>g.keep.output.rounds`]),
        "g.keep.output.output>after.input",
      ].sort(),
    );
    expect(unrolled.nodes.at(-1)).toMatchObject({ step: "gather-rounds", drawn: null, params: { keep: "all", rule: "none", take: null } });
  });

  it("gives the last round itself where only that is wanted and nothing stops it early", () => {
    const unrolled = unroll(draw({ result: "last" }));
    expect(unrolled.nodes.some(({ step }) => step === "gather-rounds")).toBe(false);
    expect(wires(unrolled)).toContain("keep.3.output>after.input");
  });

  it("hands a model on from the last round, whatever is kept of tables", () => {
    expect(wires(unroll(draw({}), true))).toContain("keep.3.output>after.input");
  });

  it("feeds what a round carries to the next one, in place of the first round's edge", () => {
    const unrolled = unroll(draw({ carries: [{ from: { node: "keep", port: "output" }, to: { node: "make", port: "input" } }] }));
    const into = wires(unrolled).filter((wire) => wire.includes(">make"));
    expect(into).toEqual(["keep.2.output>make.3.input", "keep.output>make.2.input", "seeds.output>make.input"]);
  });

  it("changes a parameter in the rounds that say so, and in no other", () => {
    const { nodes } = unroll(draw({ varies: [{ node: "make", param: "prompt", values: { "2": "Shout." } }] }));
    expect(nodes.filter(({ drawn }) => drawn === "make").map(({ params }) => params["prompt"])).toEqual(["Say.", "Shout.", "Say."]);
  });

  it("lets a round wait for the outcomes of all before it where it stops by rows, and cuts what it gives to just those", () => {
    const unrolled = unroll(draw({ stop: { kind: "rows", output: { node: "keep", port: "output" }, rows: 500 } }));
    const third = unrolled.nodes.find(({ id }) => id === "make.3");
    expect(third?.gate?.watched.map(({ node }) => node)).toEqual(["keep", "keep.2"]);
    expect(unrolled.nodes.find(({ id }) => id === "make")?.gate).toBeNull();
    expect(unrolled.nodes.at(-1)?.params).toMatchObject({ rule: "rows", rows: 500, take: 500 });
    const dependencies = findDependencies(unrolled).map(({ from, to }) => `${from.node}>${to.node}`);
    expect(dependencies).toContain("keep.2>make.3");
  });

  it("has its first round in place of a plain step, so that one round is as none", () => {
    const unrolled = unroll(draw({ rounds: 1 }));
    expect(unrolled.nodes.map(({ id }) => id)).toEqual(["seeds", "make", "keep", "after"]);
    expect(wires(unrolled)).toEqual(["keep.output>after.input", "make.output>keep.input", "seeds.output>make.input"]);
  });
});

it("a frame without rounds changes nothing", () => {
  const document = { ...draw({}), groups: [{ id: "g", title: "Frame", repeat: null, sweep: null }] };
  expect(unroll(document).edges).toEqual(document.edges);
  expect(unroll(document).nodes.every(({ round }) => round === null)).toBe(true);
});

it("an id says which drawn step, which round, or which group", () => {
  expect(parseNodeId("n_1")).toEqual({ drawn: "n_1", round: 1 });
  expect(parseNodeId("n_1.12")).toEqual({ drawn: "n_1", round: 12 });
  expect(parseNodeId("g_1.n_1.output")).toEqual({ group: "g_1" });
});
