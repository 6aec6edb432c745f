import { describe, expect, it } from "vitest";
import { createEmptyDocument, createNode, type GroupSweep, type WorkflowDocument } from "./document";
import { unrollGroups } from "./unroll-groups";
import { nameColumns } from "./unroll-sweep";
import { findDependencies } from "./unrolled";
import { sortTopologically } from "./topology";

/** rows → [train → score] → use, the bracketed ones in a sweep. */
function draw(sweep: Partial<GroupSweep>): WorkflowDocument {
  const edge = (from: string, fromPort: string, to: string, toPort: string) => ({ id: `${from}-${to}`, from: { node: from, port: fromPort }, to: { node: to, port: toPort } });
  return {
    ...createEmptyDocument("sweep"),
    nodes: [
      createNode({ id: "rows", step: "type-table", title: "Rows", params: {} }),
      createNode({ id: "train", step: "fine-tune", title: "Train", params: { learningRate: 1, rank: 8 }, group: "g" }),
      createNode({ id: "score", step: "perplexity", title: "Score", params: {}, group: "g" }),
      createNode({ id: "use", step: "prompt", title: "Use", params: {} }),
    ],
    edges: [edge("rows", "output", "train", "train"), edge("train", "model", "score", "model"), edge("train", "model", "use", "model")],
    groups: [
      {
        id: "g",
        title: "Sweep",
        repeat: null,
        sweep: {
          search: "grid",
          trials: 100,
          parallel: 2,
          seed: 1,
          space: [{ node: "train", param: "learningRate", range: { kind: "values", values: [0.1, 0.2, 0.3, 0.4] } }],
          objective: { output: { node: "score", port: "summary" }, column: "mean", direction: "minimise" },
          prune: null,
          ...sweep,
        },
      },
    ],
  };
}

const unroll = (document: WorkflowDocument) => unrollGroups(document, { isModelPort: ({ port }) => port === "model", isTrainer: ({ step }) => step === "fine-tune" });
const byId = (document: WorkflowDocument) => new Map(unroll(document).nodes.map((node) => [node.id, node]));

describe("a sweep", () => {
  it("has steps of its own for each trial, and behind them the table of trials and what the best made", () => {
    const unrolled = unroll(draw({}));
    expect(unrolled.nodes.map(({ id }) => id)).toEqual(["rows", "train", "train.2", "train.3", "train.4", "score", "score.2", "score.3", "score.4", "use", "g.sweep.trials", "g.train.model"]);
    expect(unrolled.nodes.filter(({ drawn }) => drawn === "train").map(({ params, trial, round }) => [params["learningRate"], params["rank"], trial, round])).toEqual([[0.1, 8, 1, null], [0.2, 8, 2, null], [0.3, 8, 3, null], [0.4, 8, 4, null]]);
    const into = (id: string) => unrolled.edges.filter(({ to }) => to.node === id).map(({ from, to }) => `${from.node}.${from.port}>${to.port}`);
    expect(into("score.3")).toEqual(["train.3.model>model"]);
    expect(into("g.sweep.trials")).toEqual(["score.summary>watched", "score.2.summary>watched", "score.3.summary>watched", "score.4.summary>watched"]);
    expect(into("g.train.model")).toEqual(["g.sweep.trials.trials>trials", "train.model>models", "train.2.model>models", "train.3.model>models", "train.4.model>models"]);
    expect(into("use")).toEqual(["g.train.model.output>model"]);
  });

  it("lets each trial wait for the one so many before it", () => {
    const nodes = byId(draw({ parallel: 3 }));
    expect(nodes.get("train.3")?.after).toEqual([]);
    expect(nodes.get("train.4")?.after).toEqual(["train", "score"]);
  });

  it("chooses by the outcomes of the trials that are not under way beside it, in an order that can be run", () => {
    const document = draw({ search: "bayesian", trials: 5 });
    const nodes = byId(document);
    expect(nodes.get("train.4")).toMatchObject({ choice: { from: { node: "g.choose.4", port: "choice" }, columns: { learningRate: "learningRate" } }, params: { learningRate: 1 } });
    expect(nodes.get("score.4")?.choice).toBeNull();
    const unrolled = unroll(document);
    const into = (id: string) => unrolled.edges.filter(({ to }) => to.node === id).map(({ from }) => from.node);
    expect(into("g.choose.4")).toEqual(["score", "score.2", "g.choose.1", "g.choose.2", "g.choose.3"]);
    expect(nodes.get("g.choose.4")).toMatchObject({ params: { trial: 4, awaited: 2 }, after: ["score", "score.2"] });
    const { order, cycles } = sortTopologically({ nodes: unrolled.nodes, edges: findDependencies(unrolled) });
    expect(cycles.size).toBe(0);
    expect(order).toHaveLength(unrolled.nodes.length);
    expect(order.indexOf("g.choose.4")).toBeLessThan(order.indexOf("train.4"));
  });

  it("holds a training against those of the trials before it", () => {
    const nodes = byId(draw({ parallel: 1, prune: { rule: "median", startup: 2 } }));
    expect(nodes.get("train.3")).toMatchObject({ prune: { rule: "median", startup: 2, earlier: ["train", "train.2"] }, after: ["train.2", "score.2", "train"] });
    expect(nodes.get("score.3")?.prune).toBeNull();
  });

  it("without anything to try has the steps as drawn", () => {
    expect(byId(draw({ space: [] })).get("train")).toMatchObject({ params: { learningRate: 1 } });
    expect(byId(draw({ space: [{ node: "train", param: "learningRate", range: { kind: "values", values: [] } }] })).get("train")).toMatchObject({ params: { learningRate: 1 } });
  });
});

it("names the columns of parameters so that none is another's", () => {
  const range = { kind: "values" as const, values: [1] };
  expect(nameColumns({ space: [{ node: "a", param: "seed", range }, { node: "b", param: "seed", range }, { node: "a", param: "best", range }] })).toEqual(["seed", "seed (2)", "best (2)"]);
});
