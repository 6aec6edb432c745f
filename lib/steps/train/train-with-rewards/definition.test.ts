import { expect, it } from "vitest";
import { definition } from "./definition";
import { rewardsParam } from "./rewards-param";

function findProblems(changes: Record<string, unknown>): (string | undefined)[] {
  const params = definition.params.parse({ ...definition.defaults, promptColumn: "q", ...changes });
  return definition.check({ params, inputs: { train: [[{ name: "q", type: "text" }]] }, probed: null }).problems.map(({ param }) => param);
}

const list = (...rewards: Record<string, unknown>[]) => ({ reward: "list", rewards });

it("opens a step that was drawn when it had one reward", () => {
  const { rewards: _, ...drawn } = { rewards: undefined, ...definition.defaults, promptColumn: "q", reward: "pattern", pattern: "yes" };
  expect(definition.params.parse(drawn)).toMatchObject({ reward: "pattern", rewards: [] });
  expect(findProblems(drawn)).toEqual([]);
});

it("says what a list of rewards lacks", () => {
  expect(findProblems(list())).toEqual(["rewards"]);
  expect(findProblems(list({ kind: "pattern" }))).toEqual(["rewards"]);
  expect(findProblems(list({ kind: "pattern", pattern: "a" }, { kind: "overlong" }, { kind: "think-format" }, { kind: "repetition" }))).toEqual([]);
  for (const kind of ["answer", "accuracy", "cosine"]) {
    expect(findProblems(list({ kind })), kind).toEqual(["answerColumn"]);
    expect(findProblems({ ...list({ kind }), answerColumn: "q" }), kind).toEqual([]);
  }
  expect(findProblems({ ...list({ kind: "judge" }), judge: { connection: "openai", model: "gpt" } })).toEqual(["judge"]);
  // Those of the one reward are not asked for.
  expect(findProblems({ ...list({ kind: "think-format" }), judge: { connection: "openai", model: "gpt" } })).toEqual([]);
});

it("takes any finite weight, and no reward for what is repeated", () => {
  const isFit = (entry: Record<string, unknown>) => rewardsParam.safeParse([entry]).success;
  expect([-2, 0, 1e9].map((weight) => isFit({ kind: "accuracy", weight }))).toEqual([true, true, true]);
  expect([Infinity, NaN, "1"].map((weight) => isFit({ kind: "accuracy", weight }))).toEqual([false, false, false]);
  expect(isFit({ kind: "repetition", maxPenalty: 0.5 })).toBe(false);
});
