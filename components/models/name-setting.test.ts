import { expect, it } from "vitest";
import { nameSetting } from "./name-setting";

it("calls a setting of a training as the form does, and one without a field by its own name", () => {
  expect(["method.kind", "method.rank", "learningRate", "columns.prompt", "earlyStopping.patience", "reward.pattern", "advanced.lam"].map(nameSetting)).toEqual([
    "Method",
    "LoRA rank",
    "Learning rate",
    "Prompt column",
    "Stop early after",
    "Pattern",
    "advanced.lam",
  ]);
});
