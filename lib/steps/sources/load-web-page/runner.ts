import { loadWebPages } from "@/lib/documents/load-web-pages";
import { openChunking } from "@/lib/documents/open-chunking";
import { emitSourceTable } from "@/lib/tables/files/load-source-file";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { listUrls } from "./list-urls";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { urls, mainTextOnly } = context.params;
    await emitSourceTable(context, await loadWebPages(context, listUrls(urls), { chunking: await openChunking(context.params), mainTextOnly }));
  },
};
