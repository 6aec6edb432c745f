import { describe, expect, it } from "vitest";
import type { ComparedTraining } from "@/lib/contracts/trainings";
import { trainingRequest } from "@/lib/contracts/trainer";
import { trainingDefaults, toTrainingSettings } from "@/lib/steps/_sdk/training-params";
import { comparePath, labelTrainings, listCurves, listDifferences } from "./compare-data";

function training(modelId: string, changes: Partial<ComparedTraining> & { learningRate?: number; rank?: number } = {}): ComparedTraining {
  const { learningRate = 1e-3, rank = 8, ...own } = changes;
  const request = trainingRequest.parse({
    ...toTrainingSettings({ ...trainingDefaults, learningRate, rank }),
    version: 2, recipe: "classifier", modelId, name: "Train", base: { kind: "builtin" }, columns: { text: "t", label: "l" }, multiLabel: false,
    data: { train: { parts: [`${modelId}.parquet`], rows: 4 }, validation: null },
  });
  return { modelId, name: "Train", nodeId: modelId, runId: "r", state: "done", request, result: null, metrics: [], ...own };
}

describe("trainings side by side", () => {
  it("differ in the settings that were changed, and in nothing that only names them", () => {
    expect(listDifferences([training("a"), training("b")])).toEqual([]);
    const differences = listDifferences([training("a"), training("b", { learningRate: 0.01, rank: 16 })]);
    expect(differences).toEqual(expect.arrayContaining([{ setting: "learningRate", values: ["0.001", "0.01"] }, { setting: "method.rank", values: ["8", "16"] }]));
    expect(differences).toHaveLength(2);
  });

  it("have a name each", () => {
    expect(labelTrainings([training("a"), training("b"), training("c", { name: "Other" })])).toEqual(["Train (a)", "Train (b)", "Other"]);
    expect(labelTrainings([training("a", { nodeId: "n" }), training("b", { nodeId: "n" })])).toEqual(["Train (n)", "Train (n) 2"]);
  });

  it("share the steps of a plot, with a gap where one has no point", () => {
    const one = training("a", { metrics: [{ step: 1, kind: "train", values: { loss: 3 } }, { step: 2, kind: "train", values: { loss: 2, accuracy: null } }, { step: 2, kind: "eval", values: { loss: 2.5 } }] });
    const other = training("b", { metrics: [{ step: 1, kind: "train", values: { loss: 4 } }, { step: 5, kind: "train", values: { loss: 1 } }] });
    expect(listCurves([one, other])).toEqual([
      { kind: "eval", metric: "loss", steps: [2], lines: [[2.5], [null]] },
      { kind: "train", metric: "loss", steps: [1, 2, 5], lines: [[3, 2, null], [4, null, 1]] },
    ]);
  });

  it("stand in the address", () => {
    expect(comparePath({ models: ["a", "b"] })).toBe("/models/compare?models=a,b");
    expect(comparePath({ run: "r" })).toBe("/models/compare?run=r");
  });
});
