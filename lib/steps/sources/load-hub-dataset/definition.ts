import { z } from "zod";
import { defineStep, type StepProblem } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "load-hub-dataset",
  version: 3,
  category: "sources",
  icon: "cloud-download",
  searchAliases: ["hugging face", "huggingface", "hf", "datasets", "download"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    dataset: z
      .string()
      .max(200)
      .meta({ field: { kind: "text" } }),
    config: z
      .string()
      .max(200)
      .meta({ field: { kind: "text" } }),
    split: z
      .string()
      .max(200)
      .meta({ field: { kind: "text" } }),
    revision: z
      .string()
      .min(1)
      .max(200)
      .meta({ field: { kind: "text" }, advanced: true }),
  }),
  defaults: { dataset: "", config: "", split: "train", revision: "main" },
  incomplete: ["dataset"],
  summaryValues: ({ dataset }) => ({ dataset: dataset || "—" }),
  check: ({ params, probed }) => ({
    columns: { output: probed },
    problems: checkName(params.dataset),
  }),
  effects: "external",
  resource: "cpu",
  probed: true,
});

function checkName(dataset: string): StepProblem[] {
  if (dataset === "")
    return [
      { code: "param_required", data: { param: "dataset" }, param: "dataset" },
    ];
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(dataset)) return [];
  return [
    {
      code: "params_invalid",
      data: {
        param: "dataset",
        detail: "a name such as openai/gsm8k is expected",
      },
      param: "dataset",
    },
  ];
}
