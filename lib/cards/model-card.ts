import type { ProvenanceStep } from "@/lib/steps/_sdk/provenance";
import { trainedKind, type TrainedKind } from "@/lib/contracts/trained-kind";
import { escapeMarkdown } from "./escape-markdown";
import { type CardLicence, licenceMembers, listLanguages, writeSourcesSection, type HubSource } from "./hub-source";
import { writeModelUsage } from "./model-usage";
import { writeStepsSection } from "./steps-section";
import { toyModelNote } from "./toy-model-note";
import { writeTrainingSection } from "./training-section";
import { writeYaml, type YamlValue } from "./write-yaml";
import type { CardRecord } from "./card-record";

export interface PublishedWeights {
  /** Folders of adapters within the repository, the last trained first; empty where the weights are whole. */
  adapters: string[];
  /** What is below the adapters, or the model itself. */
  root: { kind: "hub"; id: string; revision: string | null } | { kind: "folder"; folder: string };
}

export interface ModelCard extends CardLicence {
  /** `owner/name` on the Hub. */
  repo: string;
  record: CardRecord;
  sources: readonly HubSource[];
  training: ProvenanceStep["training"];
  weights: PublishedWeights;
  /** Texts that the model's page offers to try it with. */
  examples?: readonly string[];
}

/** The README.md of a model. */
export function makeModelCard({ repo, record, sources, training, weights, examples = [], ...licence }: ModelCard): string {
  const isAdapter = weights.adapters.length > 0;
  const bases = weights.root.kind === "hub" ? [weights.root.id] : baseOnHub(training);
  const kind = training ? trainedKind(training.request) : "generator";
  const header = writeYaml({
    language: listLanguages(sources),
    ...licenceMembers(licence, sources),
    library_name: libraryOf(kind, isAdapter, training),
    pipeline_tag: pipelineTags[kind],
    base_model: bases,
    base_model_relation: bases.length === 0 ? undefined : isAdapter ? "adapter" : "finetune",
    datasets: [...new Set(sources.flatMap(({ kind: of, id }) => (of === "dataset" ? [id] : [])))],
    widget: listExamples(kind, examples, training),
    tags: ["reverie", "transformers", ...(isAdapter ? ["peft", "lora"] : []), ...(record.synthetic ? ["synthetic", ...record.writers] : [])],
  });
  const body = [
    `# ${escapeMarkdown(repo.slice(repo.indexOf("/") + 1))}`,
    writeIntroduction(record, isAdapter, weights, kind),
    ...(record.usesToyModel ? [toyModelNote] : []),
    "## Use it",
    writeModelUsage(repo, weights, training),
    ...writeSourcesSection(licence.license, sources),
    ...(training ? [writeTrainingSection(training)] : []),
    writeStepsSection(record),
  ];
  return `---\n${header}---\n\n${body.join("\n\n")}\n`;
}

const pipelineTags: Record<TrainedKind, string> = { generator: "text-generation", sequence: "text-generation", classifier: "text-classification", reward: "text-classification", embedder: "sentence-similarity" };
const kindNames: Record<TrainedKind, string> = { generator: "A language model", sequence: "A sequence-to-sequence model", classifier: "A classifier of texts", reward: "A reward model", embedder: "An embedding model" };

/** As the Hub's widget of that task takes them. */
function listExamples(kind: TrainedKind, examples: readonly string[], training: ProvenanceStep["training"]): YamlValue[] {
  const [first, ...others] = examples;
  if (kind === "embedder") return first === undefined || others.length === 0 ? [] : [{ source_sentence: first, sentences: others }];
  const isChat = training !== null && "format" in training.request && training.request.format === "chat";
  return examples.map((text, index) => ({ ...(isChat ? { messages: [{ role: "user", content: text }] } : { text }), example_title: `Example ${String(index + 1)}` }));
}

/** A name of the Hub's registry, by which it shows how to load the model. */
function libraryOf(kind: TrainedKind, isAdapter: boolean, training: ProvenanceStep["training"]): string {
  if (training?.request.recipe === "setfit") return "setfit";
  if (kind === "embedder") return "sentence-transformers";
  return isAdapter ? "peft" : "transformers";
}

/** The model of the Hub that was trained on, if it is one. */
export function baseOnHub(training: ProvenanceStep["training"]): string[] {
  return training?.request.base.kind === "hub" ? [training.request.base.id] : [];
}

function writeIntroduction(record: CardRecord, isAdapter: boolean, { root }: PublishedWeights, trained: TrainedKind): string {
  const kind = isAdapter ? "A low-rank adapter (LoRA)" : kindNames[trained];
  const base = root.kind === "hub" ? ` on \`${escapeMarkdown(root.id)}\`` : isAdapter ? `; what it adapts is not on the Hub and lies in \`${root.folder}/\`` : "";
  const written = record.synthetic ? " Language models wrote some or all of the training data." : "";
  return `${kind}${base}. Trained by a [Reverie](https://huggingface.co/models?other=reverie) workflow of ${record.steps.length} steps.${written}`;
}
