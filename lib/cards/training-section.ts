import type { TrainingRequest } from "@/lib/contracts/trainer";
import type { ProvenanceStep } from "@/lib/steps/_sdk/provenance";
import { shareTraining } from "./card-record";
import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";

/** How a model was trained and what came of it. */
export function writeTrainingSection(training: NonNullable<ProvenanceStep["training"]>): string {
  const { request, result } = shareTraining(training);
  const rows: [string, string | number | null][] = [
    ["Base", describeBase(request)],
    ["Method", describeMethod(request)],
    ["Recipe", request.recipe],
    ["Columns", Object.entries(request.columns).filter(([role, name]) => role !== "kind" && name !== null).map(([role, name]) => `${role}: ${String(name)}`).join(", ")],
    ...listOwnSettings(request),
    ["Epochs", request.epochs],
    ["Steps at most", request.maxSteps],
    ["Batch size", request.batchSize],
    ["Gradient accumulation", request.gradientAccumulation],
    ["Learning rate", request.learningRate],
    ["Optimiser", request.optimiser],
    ["Scheduler", request.scheduler],
    ["Warm-up steps", request.warmupSteps],
    ["Weight decay", request.weightDecay],
    ["Gradient norm at most", request.maxGradNorm],
    ["Precision", request.precision],
    ["Devices", request.devices === 1 ? 1 : `${String(request.devices)} (${request.spread}${result.machines > 1 ? `, on ${String(result.machines)} machines` : ""})`],
    ["Weights kept", request.bestCheckpoint],
    ["Further arguments", Object.keys(request.advanced).length === 0 ? null : JSON.stringify(request.advanced)],
    ["Tokens of an example at most", request.maxLength],
    ["Share held out", request.validationFraction],
    ["Early stopping", request.earlyStopping ? `patience ${request.earlyStopping.patience}, threshold ${request.earlyStopping.threshold}` : "no"],
    ["Seed", request.seed],
    ["Rows trained on", result.trainRows],
    ["Rows held out", result.validationRows],
    ["Rows left out", result.skipped.count],
    ["Rows cut at the end", result.truncatedRows],
    ["Steps taken", result.stoppedEarly ? `${result.steps} (stopped early)` : result.steps],
    ["Last training loss", result.finalTrainLoss],
    ["Best validation loss", result.bestEvalLoss],
    ...Object.entries(result.measures).map(([name, value]): [string, number] => [`Validation: ${name}`, value]),
    ["Labels", result.labels.length === 0 ? null : result.labels.join(", ")],
    ["Parameters", result.parameters],
    ["Parameters trained", result.trainableParameters],
    ["Device", result.device],
    ["Seconds", Math.round(result.seconds)],
    ["Libraries", Object.entries(result.libraries).map(([name, version]) => `${name} ${version}`).join(", ")],
  ];
  const table = [["Setting or result", "Value"], ["---", "---"], ...rows.map(([name, value]) => [name, escapeMarkdown(String(value ?? "none"))])];
  const system = "systemPrompt" in request && request.systemPrompt !== null ? [`System prompt, verbatim:\n\n${fenceText(request.systemPrompt)}`] : [];
  return ["## Training", table.map((cells) => `| ${cells.join(" | ")} |`).join("\n"), ...system].join("\n\n");
}

/** Settings that not every recipe has. */
const ownSettings: Record<string, string> = {
  format: "Format of the examples",
  packing: "Packed",
  neftuneAlpha: "NEFTune alpha",
  multiLabel: "Several labels a text",
  loss: "Loss",
  beta: "Beta",
  labelSmoothing: "Label smoothing",
  wantedWeight: "Weight of wanted answers",
  unwantedWeight: "Weight of unwanted answers",
  separator: "Between prompt and answer",
  margin: "Margin",
  reward: "Reward",
  rewards: "Rewards",
  algorithm: "Algorithm",
  replies: "Replies to a prompt",
  maxNewTokens: "Tokens of a reply at most",
  temperature: "Temperature",
  topP: "Top p",
};

function listOwnSettings(request: TrainingRequest): [string, string | null][] {
  // Of one reward and the list of several, a training has one.
  const unused = "rewards" in request ? (request.reward === null ? "reward" : "rewards") : null;
  return Object.entries(request).flatMap(([key, value]): [string, string | null][] => (ownSettings[key] === undefined || key === unused ? [] : [[ownSettings[key], value === null ? null : typeof value === "string" ? value : JSON.stringify(value)]]));
}

function describeBase({ base }: TrainingRequest): string {
  switch (base.kind) {
    case "builtin":
      return "the built-in toy model";
    case "trained":
      return `a model trained here (${base.id})`;
    case "hub":
      return `${base.id} from the Hub${base.revision ? ` at ${base.revision}` : ""}`;
    case "folder":
      return `the model folder ${base.path}`;
  }
}

function describeMethod({ method }: TrainingRequest): string {
  return method.kind === "full" ? "all weights" : `${method.kind === "qlora" ? "LoRA upon four bits" : "LoRA"} of rank ${method.rank}, alpha ${method.alpha}, dropout ${method.dropout}`;
}
