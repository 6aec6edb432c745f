import { describeChanged } from "@/lib/contracts/changed-values";
import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";
import { describeIdentity } from "./share-identity";
import type { CardRecord, CardStep } from "./card-record";

const NOT_STORED = "not stored any more";

/** How something came to be: a table of all steps, then each with its parameters, models and prompts. */
export function writeStepsSection(record: CardRecord): string {
  return [
    "## How it was made",
    `The workflow “${escapeMarkdown(record.workflow)}”, ${record.steps.length} steps, in this order. \`workflow.json\` is the workflow itself, \`reverie.json\` all of this for programs.`,
    writeTable(record.steps),
    writeTotals(record),
    ...record.steps.map(writeStep),
    "## Reproduce it",
    [
      `Fingerprint of the whole workflow: \`${record.fingerprint}\``,
      `Made ${record.date ?? "at an unknown time"} with ${Object.entries(record.software).map(([name, version]) => `${escapeMarkdown(name)} ${escapeMarkdown(version)}`).join(", ")}.`,
      "Import `workflow.json` in Reverie and run it. A step whose fingerprint is the same has the same inputs, parameters and models.",
    ].join("\n\n"),
  ].join("\n\n");
}

function writeTable(steps: readonly CardStep[]): string {
  const head = ["#", "Step", "Kind", "Rows in", "out", "rejected", "failed", "Calls", "Tokens in", "out", "Cost (USD)"];
  const rows = steps.map(({ number, title, step, totals }) => {
    const counts = totals
      ? [totals.rowsIn, totals.rowsOut, totals.rejected, totals.failed, totals.calls, totals.promptTokens, totals.completionTokens].map(String)
      : Array.from({ length: 7 }, () => NOT_STORED);
    return [String(number), escapeMarkdown(title), `\`${step}\``, ...counts, totals ? writeDollars(totals.costMicros) : NOT_STORED];
  });
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function writeTotals({ totals }: CardRecord): string {
  return `In all ${totals.calls} calls and ${totals.callsCached} answered from the cache, ${totals.promptTokens} tokens in, ${totals.completionTokens} out, ${writeDollars(totals.costMicros)} US dollars, ${Math.round(totals.seconds)} seconds.`;
}

function writeDollars(micros: number): string {
  return (micros / 1_000_000).toFixed(micros > 0 && micros < 10_000 ? 6 : 2);
}

function writeStep(step: CardStep): string {
  const lines = [
    `Kind: \`${step.step}\`, version ${step.version}`,
    ...Object.entries(step.inputs).map(([port, from]) => `Input \`${port}\`: ${from.map((source) => `step ${source.step}, output \`${source.port}\``).join("; ")}`),
    ...(step.commit === null ? [] : [`Commit of the data set: \`${escapeMarkdown(step.commit)}\``]),
    ...Object.entries(step.models).map(([param, identity]) => `Model (\`${param}\`): ${escapeMarkdown(describeIdentity(identity))}`),
    ...(step.sampling ? [`Sampling: ${listValues(step.sampling)}`] : []),
    ...(step.sentOtherwise.length > 0 ? [`Sent otherwise, because the model does not take it: ${step.sentOtherwise.map((one) => `${escapeMarkdown(describeChanged(one))}, in ${one.calls} calls`).join("; ")}`] : []),
    ...(Object.keys(step.params).length > 0 ? [`Parameters: ${listValues(step.params)}`] : []),
    ...(step.rowLimit === null ? [] : [`Only the first ${step.rowLimit} rows were used.`]),
    `Fingerprint: \`${step.fingerprint}\``,
  ];
  const prompts = Object.entries(step.prompts).map(([name, text]) => `\`${name}\`, verbatim:\n\n${fenceText(text)}`);
  return [`### ${step.number}. ${escapeMarkdown(step.title)}`, lines.map((line) => `- ${line}`).join("\n"), ...prompts].join("\n\n");
}

/** Values that say something: empty texts, empty lists and what was left open are not listed. */
function listValues(values: Record<string, unknown>): string {
  const told = Object.entries(values).filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0));
  if (told.length === 0) return "none given";
  return told.map(([name, value]) => `${escapeMarkdown(name)} = ${escapeMarkdown(typeof value === "string" ? value : JSON.stringify(value))}`).join(", ");
}
