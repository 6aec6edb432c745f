import { AppError } from "@/lib/core/app-error";
import { readWebPage } from "@/lib/documents/load-web-pages";
import { openChunking } from "@/lib/documents/open-chunking";
import type { StepPreview } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { listUrls } from "./list-urls";

export const preview: StepPreview<typeof definition> = {
  keyOf({ urls, mainTextOnly }) {
    const [url] = listUrls(urls);
    return url === undefined ? null : `${String(mainTextOnly)} ${url}`;
  },
  async readFirst({ urls, mainTextOnly }, context) {
    const [url] = listUrls(urls);
    if (url === undefined) throw new AppError("param_required", { param: "urls" });
    return { name: url, document: await readWebPage(context, url, mainTextOnly) };
  },
  openChunking,
};
