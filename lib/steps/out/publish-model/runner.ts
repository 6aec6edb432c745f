import { makeCardRecord } from "@/lib/cards/card-record";
import { baseOnHub, makeModelCard } from "@/lib/cards/model-card";
import { shareWorkflow } from "@/lib/cards/share-workflow";
import { AppError } from "@/lib/core/app-error";
import { publishToHub } from "../../_sdk/publish-to-hub";
import { noteLicences, readHubSources } from "../../_sdk/read-hub-sources";
import { reportPublication } from "../../_sdk/report-publication";
import type { StepRunner } from "../../_sdk/step-runner";
import { collectModelFiles } from "./collect-model-files";
import type { definition } from "./definition";

/** What makes a folder the model it is. What an earlier model left of these would be loaded with this one. */
const MODEL_FILE = /^((base\/)+.*|(adapter_)?(model|config)[^/]*\.(safetensors|json|bin)|(pytorch_model|tokenizer|special_tokens|added_tokens|generation_config|vocab|merges|chat_template|base|reverie-training)[^/]*\.(json|txt|jinja|bin|model))$/;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { params } = context;
    if (context.rowLimit !== null) throw new AppError("publish_row_limit", { rows: context.rowLimit });
    if ((await context.hub()).token === null) throw new AppError("hub_token_missing");
    const model = await context.model("model");
    const { files, weights } = await collectModelFiles(model);
    const provenance = await context.provenance();
    const record = makeCardRecord(provenance);
    const sources = await readHubSources(context, record, weights.root.kind === "hub" ? weights.root.id : (baseOnHub(model.training)[0] ?? null));
    context.note(noteLicences(params.license, sources));
    const published = await publishToHub(context, {
      ...params,
      kind: "model",
      files: [
        { path: "README.md", text: makeModelCard({ ...params, record, sources, training: model.training, weights }) },
        { path: "reverie.json", text: toJson({ kind: "model", repo: params.repo, license: params.license || null, weights, ...record, sources }) },
        { path: "workflow.json", text: toJson(shareWorkflow(provenance.workflow, provenance.nodeId)) },
        ...files,
      ],
      isReplaced: (path) => MODEL_FILE.test(path),
    });
    await reportPublication(context, published);
  },
};

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
