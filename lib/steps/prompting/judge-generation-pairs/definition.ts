import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";
import { checkJudging, judgingDefaults, judgingParams } from "../../_sdk/judging-params";
import { labelled, type Layout } from "../../_sdk/layout";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { labelParam, promptingPorts } from "../../_sdk/prompting-params";
import { samplingExcludes } from "../../_sdk/sampling-params";

const layout: Layout = {
  template: `${labelled("prompt_label", "prompt")}{{ separator }}{{ separator -}}
${labelled("a_label", "a")}{{ separator }}{{ separator -}}
${labelled("b_label", "b")}{{ separator }}{{ separator -}}
${labelled("instruction_label", "instruction")}`,
  variables: ["prompt", "prompt_label", "a", "b", "instruction", "a_label", "b_label", "instruction_label", "separator"],
};

export const definition = defineStep({
  id: "judge-generation-pairs",
  version: 3,
  category: "prompting",
  icon: "gavel",
  searchAliases: ["judge", "compare", "preference", "pairwise", "better", "pandalm", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    promptsColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    a: z.string().meta({ field: { kind: "column", port: "input" } }),
    b: z.string().meta({ field: { kind: "column", port: "input" } }),
    ...judgingParams(layout),
    promptLabel: labelParam,
  }),
  defaults: {
    model: builtinModel,
    promptsColumn: "",
    a: "",
    b: "",
    instruction: "Which response is better? Respond with 'Response A' or 'Response B'.",
    ...judgingDefaults,
    aLabel: "Response A:",
    bLabel: "Response B:",
    promptLabel: "Prompt:",
  },
  incomplete: ["promptsColumn", "a", "b"],
  summaryValues: ({ model, a, b }) => ({ model: model.model, a, b }),
  check: (context) => checkJudging(context, layout, ["promptsColumn", "a", "b"]),
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
