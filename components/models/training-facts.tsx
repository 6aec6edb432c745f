import { useFormatter, useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { formatSeconds } from "@/components/canvas/use-status-words";
import type { readTraining } from "@/lib/contracts/models";
import { trainedColumns } from "@/lib/contracts/trained-kind";
import { useMetricNames } from "./use-metric-names";

export type Training = ApiReply<typeof readTraining>;

export function Facts({ title, facts }: { title: string; facts: [string, string | null][] }) {
  return (
    <section>
      <h3 className="mb-1 text-sm font-semibold">{title}</h3>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-sm">
        {facts
          .filter(([, value]) => value !== null && value !== "")
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** What says how good a model is, of all that was measured on the validation rows. */
const SHOWN_MEASURES = ["accuracy", "f1", "majority", "mse", "spearman", "pearson", "rmse", "rewards/margins", "rewards/accuracies", "cosine_accuracy", "cosine_accuracy@1", "spearman_cosine", "reward"];

const SHOWN_LABELS = 20;

/** What a training came to. */
export function TrainingResult({ training }: { training: Training }) {
  const t = useTranslations("models.result");
  const format = useFormatter();
  const nameOf = useMetricNames();
  const { result } = training;
  if (!result) return null;
  const number = (value: number | null) => (value === null ? null : format.number(value, { maximumSignificantDigits: 4 }));
  const whole = (value: number) => format.number(value);
  return (
    <Facts
      title={t("title")}
      facts={[
        [t("trainLoss"), number(result.finalTrainLoss)],
        [t("evalLoss"), number(result.bestEvalLoss)],
        ...Object.entries(result.measures).flatMap(([name, value]): [string, string | null][] => (SHOWN_MEASURES.includes(name) ? [[nameOf(name), number(value)]] : [])),
        [t("steps"), whole(result.steps) + (result.stoppedEarly ? ` (${t("stoppedEarly")})` : "")],
        [t("trainRows"), whole(result.trainRows)],
        [t("validationRows"), whole(result.validationRows)],
        [t("skipped"), result.skipped.count === 0 ? null : whole(result.skipped.count)],
        [t("truncated"), result.truncatedRows === 0 ? null : whole(result.truncatedRows)],
        [t("labels"), result.labels.length < 2 ? null : result.labels.slice(0, SHOWN_LABELS).join(", ") + (result.labels.length > SHOWN_LABELS ? ", …" : "")],
        [t("parameters"), t("parameterCount", { trainable: result.trainableParameters, all: result.parameters })],
        [t("device"), result.devices === 1 ? result.device : t("deviceCount", { devices: result.devices, device: result.device, spread: result.spread ?? "ddp", machines: result.machines })],
        [t("took"), formatSeconds(result.seconds)],
      ]}
    />
  );
}

/** How a training was set. */
export function TrainingSettings({ training }: { training: Training }) {
  const t = useTranslations("models.settings");
  const format = useFormatter();
  const { request } = training;
  const { base, method } = request;
  const baseName = base.kind === "builtin" ? t("builtin") : base.kind === "folder" ? base.path : base.id;
  return (
    <Facts
      title={t("title")}
      facts={[
        [t("base"), baseName],
        [t("method"), method.kind === "full" ? t("full") : t(method.kind, { rank: method.rank, alpha: method.alpha })],
        [t("columns"), trainedColumns(request).join(", ")],
        [t("epochs"), String(request.epochs)],
        [t("batchSize"), String(request.batchSize * request.gradientAccumulation)],
        [t("learningRate"), `${format.number(request.learningRate, { maximumSignificantDigits: 4 })} (${request.scheduler})`],
        [t("maxLength"), String(request.maxLength)],
        [t("seed"), String(request.seed)],
      ]}
    />
  );
}
