import { expect, it } from "vitest";
import type { TableRunner } from "../../_sdk/step-runner";
import { runStepFixture } from "../../_sdk/test-harness";
import { definition } from "./definition";
import { run } from "./runner";

const options = { definition, runner: run as TableRunner<Record<string, unknown>> };
const params = { ...definition.defaults, gives: "model", keep: "last" };
const watched = [[{ score: 0.1 }], [{ score: 0.9 }], [{ score: 0.95 }]];

it("hands on the model of the last round, or of the one after which the rounds stop", async () => {
  expect((await runStepFixture(options, { params, expect: {} })).models).toEqual({ output: { port: "models", index: null } });
  const stopping = { ...params, rule: "value", column: "score", comparison: "at-least", value: 0.9 };
  expect((await runStepFixture(options, { params: stopping, inputs: { watched }, expect: {} })).models).toEqual({ output: { port: "models", index: 1 } });
  expect((await runStepFixture(options, { params: { ...stopping, column: "gone" }, inputs: { watched }, expect: {} })).error).toBe("column_missing");
});
