import { z } from "zod";
import { labelled, layoutParam, type Layout } from "./layout";
import { labelParam, separatorParam } from "./prompting-params";
import { replyColumnParams, shownColumnParam } from "./reply-column-params";
import { samplingParams, steadySampling } from "./sampling-params";

export const fewShotLayout: Layout = {
  template: `{% if instruction %}{{ instruction }}{{ separator }}{{ separator }}{% endif %}
{% for example in examples %}
${labelled("input_label", "example.input")}{{ separator -}}
${labelled("output_label", "example.output")}{{ separator -}}
{% endfor %}
${labelled("input_label", "input")}
{%- if output_label %}{{ separator }}{{ output_label }}{% endif %}`,
  variables: ["instruction", "examples", "input", "input_label", "output_label", "separator"],
};

/** Parameters of both few-shot steps, behind those that say where the examples are. */
export const fewShotParams = {
  instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
  samples: z.int().min(1).max(100).meta({ field: { kind: "integer" } }),
  ...samplingParams,
  minExamples: z.int().min(0).meta({ field: { kind: "integer" }, advanced: true }),
  maxExamples: z.int().min(1).nullable().meta({ field: { kind: "integer" }, advanced: true }),
  longestPrompt: z.int().min(1).nullable().meta({ field: { kind: "integer" }, advanced: true }),
  inputLabel: labelParam,
  outputLabel: labelParam,
  separator: separatorParam,
  layout: layoutParam(fewShotLayout),
  ...replyColumnParams,
  shownColumn: shownColumnParam,
} as const;

/** DataDreamer's. */
export const fewShotDefaults = {
  instruction: "",
  samples: 1,
  ...steadySampling,
  minExamples: 1,
  maxExamples: null,
  longestPrompt: null,
  inputLabel: "Input:",
  outputLabel: "Output:",
  separator: "\n",
  layout: null,
  promptColumn: "prompts",
  replyColumn: "generations",
  shownColumn: null,
};
