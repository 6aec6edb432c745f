import { describe, expect, it } from "vitest";
import { createEmptyDocument, createNode, type WorkflowDocument } from "../document";
import { emptyHistory, recordChange, redoChange, undoChange } from "../history";
import { applyPatches } from "./patch";
import { countModels, replaceModel } from "./replace-model";

const small = { connection: "c", model: "small" };
const large = { connection: "c", model: "large" };
const step = (id: string, params: Record<string, unknown>, disabled = false) => createNode({ id, step: "prompt", title: id, params, disabled });

function draw(): WorkflowDocument {
  const nodes = [
    step("a", { model: small, prompt: "small" }),
    step("b", { judge: { model: "small", connection: "c" }, model: large }),
    step("c", { model: { connection: "other", model: "small" } }),
    step("d", { model: { ...small, extra: 1 }, table: null, list: ["small"] }),
    step("e", { model: small }, true),
  ];
  return { ...createEmptyDocument("models"), nodes };
}

describe("another model everywhere", () => {
  it("changes every parameter that names the model, and nothing else", () => {
    const document = draw();
    const after = applyPatches(document, replaceModel.plan(document, { from: small, to: large })).document;
    expect(after.nodes.map(({ params }) => params)).toEqual([
      { model: large, prompt: "small" },
      { judge: large, model: large },
      document.nodes[2]?.params,
      document.nodes[3]?.params,
      { model: large },
    ]);
  });

  it("is one change: one undo takes it all back, one redo makes it again", () => {
    const before = draw();
    const applied = applyPatches(before, replaceModel.plan(before, { from: small, to: large }));
    const undone = undoChange(applied.document, recordChange(emptyHistory, applied.inverse, replaceModel.capture));
    expect(undone?.document).toEqual(before);
    expect(undone && redoChange(undone.document, undone.history)?.document).toEqual(applied.document);
  });

  it("does nothing for the same model or one that no step has", () => {
    expect(replaceModel.plan(draw(), { from: small, to: { model: "small", connection: "c" } })).toEqual([]);
    expect(replaceModel.plan(draw(), { from: { connection: "x", model: "y" }, to: large })).toEqual([]);
  });

  it("counts the steps of each model", () => {
    expect(countModels(draw()).map(({ model, steps }) => [model.connection, model.model, steps])).toEqual([
      ["c", "small", 3],
      ["c", "large", 1],
      ["other", "small", 1],
    ]);
  });
});
