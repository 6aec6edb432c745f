import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";
import { sizeCategory } from "./size-category";
import { writeStepsSection } from "./steps-section";
import { toyModelNote } from "./toy-model-note";
import { writeYaml } from "./write-yaml";
import type { CardRecord } from "./card-record";

export interface CardSplit {
  name: string;
  rows: number;
  columns: { name: string; type: string }[];
  files: string[];
}

export interface DatasetCard {
  /** `owner/name` on the Hub. */
  repo: string;
  /** Identifier of a licence, or empty. */
  license: string;
  record: CardRecord;
  splits: CardSplit[];
}

/** The README.md of a data set. */
export function makeDatasetCard({ repo, license, record, splits }: DatasetCard): string {
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const header = writeYaml({
    license: license === "" ? undefined : license,
    pretty_name: repo.slice(repo.indexOf("/") + 1),
    size_categories: [sizeCategory(rows)],
    source_datasets: record.hubDatasets,
    tags: ["reverie", ...(record.synthetic ? ["synthetic"] : [])],
    configs: [{ config_name: "default", data_files: splits.map((split) => ({ split: split.name, path: split.files })) }],
  });
  const body = [
    `# ${escapeMarkdown(repo.slice(repo.indexOf("/") + 1))}`,
    writeIntroduction(record, rows),
    ...(record.usesToyModel ? [toyModelNote] : []),
    "## Data",
    ...splits.map(writeSplit),
    "## Use it",
    fenceText(`from datasets import load_dataset\n\ndata = load_dataset(${JSON.stringify(repo)})\nprint(data[${JSON.stringify(splits[0]?.name ?? "train")}][0])`, "python"),
    ...(record.hubDatasets.length > 0 ? [`Made from ${record.hubDatasets.map((name) => `\`${name}\``).join(", ")}; their licences hold for what is taken from them.`] : []),
    writeStepsSection(record),
  ];
  return `---\n${header}---\n\n${body.join("\n\n")}\n`;
}

function writeIntroduction(record: CardRecord, rows: number): string {
  const prompted = record.synthetic ? " Language models wrote some or all of it: check it before relying on it." : "";
  return `${rows} rows, made by a [Reverie](https://huggingface.co/datasets?other=reverie) workflow of ${record.steps.length} steps.${prompted}`;
}

function writeSplit({ name, rows, columns }: CardSplit): string {
  const table = [
    ["Column", "Type"],
    ["---", "---"],
    ...columns.map((column) => [escapeMarkdown(column.name), column.type]),
  ];
  return `### \`${name}\`: ${rows} rows\n\n${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}`;
}
