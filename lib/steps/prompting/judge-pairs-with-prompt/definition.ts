import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";
import { checkJudging, judgingDefaults, judgingParams } from "../../_sdk/judging-params";
import { labelled, type Layout } from "../../_sdk/layout";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts } from "../../_sdk/prompting-params";
import { samplingExcludes } from "../../_sdk/sampling-params";

const layout: Layout = {
  template: `${labelled("a_label", "a")}{{ separator }}{{ separator -}}
${labelled("b_label", "b")}{{ separator }}{{ separator -}}
${labelled("instruction_label", "instruction")}`,
  variables: ["a", "b", "instruction", "a_label", "b_label", "instruction_label", "separator"],
};

export const definition = defineStep({
  id: "judge-pairs-with-prompt",
  version: 3,
  category: "prompting",
  icon: "scale",
  searchAliases: ["judge", "compare", "preference", "pairwise", "better", "pandalm", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    a: z.string().meta({ field: { kind: "column", port: "input" } }),
    b: z.string().meta({ field: { kind: "column", port: "input" } }),
    ...judgingParams(layout),
  }),
  defaults: {
    model: builtinModel,
    a: "",
    b: "",
    instruction: "Which input is better? Respond with 'Input A' or 'Input B'.",
    ...judgingDefaults,
    aLabel: "Input A:",
    bLabel: "Input B:",
  },
  incomplete: ["a", "b"],
  summaryValues: ({ model, a, b }) => ({ model: model.model, a, b }),
  check: (context) => checkJudging(context, layout, ["a", "b"]),
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
