import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";
import { checkLicence, checkRepo, publishDefaults, publishedColumns, publishParams } from "../../_sdk/publish-params";

export const definition = defineStep({
  id: "publish-dataset",
  version: 2,
  category: "out",
  icon: "cloud-upload",
  searchAliases: ["hugging face", "huggingface", "hf", "hub", "push", "upload", "share", "card"],
  inputs: [
    { name: "input", type: "table", required: true },
    { name: "validation", type: "table", required: false },
    { name: "test", type: "table", required: false },
  ],
  outputs: () => [{ name: "published", type: "table" }],
  params: z.strictObject(publishParams),
  defaults: publishDefaults,
  incomplete: ["repo"],
  summaryValues: ({ repo }) => ({ repo: repo || "—" }),
  check: ({ params }) => ({ columns: { published: publishedColumns }, problems: [...checkRepo(params.repo), ...checkLicence(params.license)] }),
  effects: "external",
  resource: "cpu",
});
