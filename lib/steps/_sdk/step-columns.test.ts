import { describe, expect, it } from "vitest";
import { addStepColumns, nameStepColumns } from "./step-columns";

describe("nameStepColumns", () => {
  it.each([
    [["prompts", "generations"], ["question"], ["prompts", "generations"]],
    [["prompts", "generations"], ["prompts"], ["prompts_2", "generations"]],
    [["prompts"], ["prompts", "prompts_2"], ["prompts_3"]],
    // The step's own “prompts_2” is not taken by the number of another.
    [["prompts", "prompts_2"], ["prompts"], ["prompts_3", "prompts_2"]],
    [["prompts"], ["Prompts"], ["prompts_2"]],
    [["Điểm"], ["điểm"], ["Điểm_2"]],
  ])("names %j beside %j %j", (wanted, taken, expected) => {
    expect([...nameStepColumns(wanted, taken).values()]).toEqual(expected);
  });
});

describe("addStepColumns", () => {
  it("keeps what is there, and says which column gets which name", () => {
    const { columns, problems, renamed } = addStepColumns([{ name: "prompts", type: "text" }], [{ name: "prompts", type: "text", param: "promptColumn" }]);
    expect(columns?.map(({ name }) => name)).toEqual(["prompts", "prompts_2"]);
    expect(problems).toEqual([]);
    expect(renamed).toEqual([{ param: "promptColumn", wanted: "prompts", name: "prompts_2" }]);
  });

  it("finds two columns of the step's own under one name", () => {
    const two = [
      { name: "x", type: "text", param: "promptColumn" },
      { name: "x", type: "text", param: "replyColumn" },
    ] as const;
    expect(addStepColumns([], [...two]).problems).toMatchObject([{ code: "column_duplicate", param: "replyColumn" }]);
    expect(addStepColumns([{ name: "x", type: "text" }], [...two]).problems).toMatchObject([{ code: "column_duplicate", param: "replyColumn" }]);
  });
});
