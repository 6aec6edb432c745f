import type { TrainingRequest } from "@/lib/contracts/trainer";
import type { ProvenanceStep } from "@/lib/steps/_sdk/provenance";
import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";
import { lastPart } from "./share-identity";

/** How a model was trained and what came of it. */
export function writeTrainingSection({ request, result }: NonNullable<ProvenanceStep["training"]>): string {
  const rows: [string, string | number | null][] = [
    ["Base", describeBase(request)],
    ["Method", describeMethod(request)],
    ["Format of the examples", request.format],
    ["Prompt column", request.columns.prompt],
    ["Completion column", request.columns.completion],
    ["Epochs", request.epochs],
    ["Steps at most", request.maxSteps],
    ["Batch size", request.batchSize],
    ["Gradient accumulation", request.gradientAccumulation],
    ["Learning rate", request.learningRate],
    ["Scheduler", request.scheduler],
    ["Warm-up steps", request.warmupSteps],
    ["Weight decay", request.weightDecay],
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
    ["Parameters", result.parameters],
    ["Parameters trained", result.trainableParameters],
    ["Device", result.device],
    ["Seconds", Math.round(result.seconds)],
    ["Libraries", Object.entries(result.libraries).map(([name, version]) => `${name} ${version}`).join(", ")],
  ];
  const table = [["Setting or result", "Value"], ["---", "---"], ...rows.map(([name, value]) => [name, escapeMarkdown(String(value ?? "none"))])];
  const system = request.systemPrompt === null ? [] : [`System prompt, verbatim:\n\n${fenceText(request.systemPrompt)}`];
  return ["## Training", table.map((cells) => `| ${cells.join(" | ")} |`).join("\n"), ...system].join("\n\n");
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
      return `the model folder ${lastPart(base.path)}`;
  }
}

function describeMethod({ method }: TrainingRequest): string {
  return method.kind === "full" ? "all weights" : `LoRA of rank ${method.rank}, alpha ${method.alpha}, dropout ${method.dropout}`;
}
