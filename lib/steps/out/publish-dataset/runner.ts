import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { makeCardRecord } from "@/lib/cards/card-record";
import { makeDatasetCard, type CardSplit } from "@/lib/cards/dataset-card";
import { shareWorkflow } from "@/lib/cards/share-workflow";
import { AppError } from "@/lib/core/app-error";
import { publishToHub } from "../../_sdk/publish-to-hub";
import { noteLicences, readHubSources } from "../../_sdk/read-hub-sources";
import { reportPublication } from "../../_sdk/report-publication";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { measureSplit } from "./measure-split";
import { planColumns } from "./plan-columns";
import { writeSplit, type SplitShard } from "./write-split";

const splitPorts = [
  { port: "input", split: "train" },
  { port: "validation", split: "validation" },
  { port: "test", split: "test" },
];

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { params, scratch, sql } = context;
    if (context.rowLimit !== null) throw new AppError("publish_row_limit", { rows: context.rowLimit });
    // Told before anything is written.
    if ((await context.hub()).token === null) throw new AppError("hub_token_missing");
    const folder = join(scratch, "splits");
    await mkdir(folder);
    const splits: CardSplit[] = [];
    const shards: SplitShard[] = [];
    const tables = splitPorts.flatMap(({ port, split }) => context.inputs(port).slice(0, 1).map((table) => ({ split, table })));
    const plan = await planColumns(sql, tables.map(({ table }) => table));
    for (const { split, table } of tables) {
      const written = await writeSplit({ sql, folder, name: split, table, plan });
      shards.push(...written);
      splits.push({ name: split, rows: table.rows, ...(await measureSplit(sql, written)) });
    }
    if (plan.texts.length > 0) context.note([{ code: "json_published_as_text", data: { columns: plan.texts.join(", ") }, param: null }]);
    const provenance = await context.provenance();
    const record = makeCardRecord(provenance);
    const sources = await readHubSources(context, record, null);
    context.note(noteLicences(params.license, sources));
    const published = await publishToHub(context, {
      ...params,
      kind: "dataset",
      files: [
        { path: "README.md", text: makeDatasetCard({ ...params, record, sources, splits, textColumns: plan.texts }) },
        { path: "reverie.json", text: toJson({ kind: "dataset", repo: params.repo, license: params.license || null, splits, ...record, sources }) },
        { path: "workflow.json", text: toJson(shareWorkflow(provenance.workflow, provenance.nodeId)) },
        ...shards,
      ],
      isReplaced: (path) => /^data\/(train|validation|test)-\d{5}-of-\d{5}\.parquet$/.test(path),
    });
    await reportPublication(context, published);
  },
};

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
