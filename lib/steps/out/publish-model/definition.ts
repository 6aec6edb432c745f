import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";
import { checkLicence, checkRepo, publishDefaults, publishedColumns, publishParams } from "../../_sdk/publish-params";

export const definition = defineStep({
  id: "publish-model",
  version: 1,
  category: "out",
  icon: "cloud-upload",
  searchAliases: ["hugging face", "huggingface", "hf", "hub", "push", "upload", "share", "weights", "adapter", "card"],
  inputs: [{ name: "model", type: "model", required: true }],
  outputs: () => [{ name: "published", type: "table" }],
  params: z.strictObject({
    ...publishParams,
    examples: z.array(z.string().min(1).max(2000)).max(20).default([]).meta({ field: { kind: "string-list" }, advanced: true, addedLater: true }),
  }),
  defaults: { ...publishDefaults, examples: [] },
  incomplete: ["repo"],
  summaryValues: ({ repo }) => ({ repo: repo || "—" }),
  check: ({ params }) => ({ columns: { published: publishedColumns }, problems: [...checkRepo(params.repo), ...checkLicence(params.license)] }),
  effects: "external",
  resource: "cpu",
});
