import { columnType } from "@/lib/tables/column-type";
import { describeFeatures } from "./dataset-features";
import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";
import { type CardLicence, licenceMembers, listLanguages, writeSourcesSection, type HubSource } from "./hub-source";
import { sizeCategory } from "./size-category";
import { writeStepsSection } from "./steps-section";
import { toyModelNote } from "./toy-model-note";
import { writeYaml, type YamlValue } from "./write-yaml";
import type { CardRecord } from "./card-record";

export interface CardSplit {
  name: string;
  rows: number;
  /** With their DuckDB types, as the files have them. */
  columns: { name: string; type: string }[];
  files: string[];
  /** Of the values and of the files, which are compressed. */
  bytes: number;
  fileBytes: number;
}

export interface DatasetCard extends CardLicence {
  /** `owner/name` on the Hub. */
  repo: string;
  record: CardRecord;
  sources: readonly HubSource[];
  /** Columns of JSON without one structure that fits all rows. */
  textColumns: readonly string[];
  splits: CardSplit[];
}

/** The README.md of a data set. */
export function makeDatasetCard({ repo, record, sources, textColumns, splits, ...licence }: DatasetCard): string {
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const datasets = [...new Set(sources.flatMap(({ kind, id }) => (kind === "dataset" ? [id] : [])))];
  const header = writeYaml({
    language: listLanguages(sources),
    ...licenceMembers(licence, sources),
    tags: ["reverie", ...(record.synthetic ? ["synthetic", ...record.writers] : [])],
    annotations_creators: record.synthetic ? ["machine-generated"] : undefined,
    language_creators: [...(record.synthetic ? ["machine-generated"] : []), ...(datasets.length > 0 ? ["found"] : [])],
    pretty_name: repo.slice(repo.indexOf("/") + 1),
    size_categories: [sizeCategory(rows)],
    source_datasets: datasets.length > 0 ? datasets : ["original"],
    task_categories: splits.some(({ columns }) => columns.some(isConversation)) ? ["text-generation"] : [],
    configs: [{ config_name: "default", data_files: splits.map((split) => ({ split: split.name, path: split.files })) }],
    dataset_info: splits.length === 0 ? undefined : describeInfo(splits),
  });
  const body = [
    `# ${escapeMarkdown(repo.slice(repo.indexOf("/") + 1))}`,
    writeIntroduction(record, rows),
    ...(record.usesToyModel ? [toyModelNote] : []),
    "## Data",
    ...splits.map(writeSplit),
    ...(textColumns.length > 0 ? [`JSON as text, as no one structure fits all its rows: ${textColumns.map((name) => escapeMarkdown(name)).join(", ")}.`] : []),
    "## Use it",
    fenceText(`from datasets import load_dataset\n\ndata = load_dataset(${JSON.stringify(repo)})\nprint(data[${JSON.stringify(splits[0]?.name ?? "train")}][0])`, "python"),
    ...writeSourcesSection(licence.license, sources),
    writeStepsSection(record),
  ];
  return `---\n${header}---\n\n${body.join("\n\n")}\n`;
}

function isConversation({ type }: { type: string }): boolean {
  return columnType(type) === "messages";
}

function describeInfo(splits: readonly CardSplit[]): YamlValue {
  const sum = (key: "bytes" | "fileBytes") => splits.reduce((total, split) => total + split[key], 0);
  const listed = splits.map((split) => describeFeatures(split.columns));
  const [features] = listed;
  // Splits that differ have no features in common.
  const isCommon = features && listed.every((own) => JSON.stringify(own) === JSON.stringify(features));
  return {
    ...(isCommon ? { features } : {}),
    splits: splits.map(({ name, bytes, rows }) => ({ name, num_bytes: bytes, num_examples: rows })),
    download_size: sum("fileBytes"),
    dataset_size: sum("bytes"),
  };
}

function writeIntroduction(record: CardRecord, rows: number): string {
  const prompted = record.synthetic ? " Language models wrote some or all of it: check it before relying on it." : "";
  return `${rows} rows, made by a [Reverie](https://huggingface.co/datasets?other=reverie) workflow of ${record.steps.length} steps.${prompted}`;
}

function writeSplit({ name, rows, columns }: CardSplit): string {
  const table = [
    ["Column", "Type"],
    ["---", "---"],
    ...columns.map((column) => [escapeMarkdown(column.name), escapeMarkdown(column.type)]),
  ];
  return `### \`${name}\`: ${rows} rows\n\n${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}`;
}
