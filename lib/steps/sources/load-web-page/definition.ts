import { z } from "zod";
import { checkChunking, chunkDefaults, chunkParams, documentColumns } from "../../_sdk/chunk-params";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { listUrls } from "./list-urls";

export const definition = defineStep({
  id: "load-web-page",
  version: 2,
  category: "sources",
  icon: "globe",
  searchAliases: ["url", "http", "website", "scrape", "crawl", "html", "readability"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    urls: z.string().max(1_000_000).meta({ field: { kind: "multiline" } }),
    mainTextOnly: z.boolean().meta({ field: { kind: "switch" } }),
    ...chunkParams,
  }),
  defaults: { urls: "", mainTextOnly: true, ...chunkDefaults },
  incomplete: ["urls"],
  summaryValues: ({ urls }) => ({ pages: listUrls(urls).length }),
  check: ({ params }) => ({
    columns: { output: documentColumns("url") },
    problems: [...checkUrls(params.urls), ...checkChunking(params)],
  }),
  effects: "external",
  resource: "cpu",
  preview: "chunks",
});

function checkUrls(text: string): StepProblem[] {
  const urls = listUrls(text);
  if (urls.length === 0) return [{ code: "param_required", data: { param: "urls" }, param: "urls" }];
  const wrong = urls.find((url) => !/^https?:\/\/[^\s/]/i.test(url) || !URL.canParse(url));
  return wrong === undefined ? [] : [{ code: "params_invalid", data: { param: "urls", detail: `“${wrong.slice(0, 200)}” is no address; one such as https://example.org/page is expected` }, param: "urls" }];
}
