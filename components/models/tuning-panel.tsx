import { CloudCog } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { useApi } from "@/components/api/use-api";
import { usePlanState, useRunState } from "@/components/canvas/studio-context";
import { Badge, type Tone } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";
import { readTuning } from "@/lib/contracts/tuning";
import { LossPlot } from "./loss-plot";
import { playgroundPath } from "./playground/playground-path";
import { Facts } from "./training-facts";

type Tuning = ApiReply<typeof readTuning>;

const LIVE_MS = 2000;
const tones: Record<Tuning["state"], Tone> = { sending: "busy", open: "busy", done: "ok", failed: "bad", cancelled: "neutral" };

function TuningStatus({ tuning }: { tuning: Tuning }) {
  const t = useTranslations("models.tuning");
  const format = useFormatter();
  const { state, status, finishAt, error } = tuning;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <Badge tone={tones[state]}>
        <span data-testid="tuning-state" data-state={state}>
          {t(`state.${state}`)}
        </span>
      </Badge>
      {state === "open" && status && <span className="text-sm text-muted">{t("status", { status: status.replaceAll("_", " ") })}</span>}
      {state === "open" && finishAt && <span className="text-sm text-muted">{t("finish", { time: format.dateTime(new Date(finishAt), { dateStyle: "short", timeStyle: "short" }) })}</span>}
      {error && <Notice tone={state === "open" || state === "sending" ? "info" : "bad"}>{isErrorCode(error.code) ? formatError(error.code, error.data) : error.message}</Notice>}
    </div>
  );
}

function TuningEvents({ events }: { events: Tuning["events"] }) {
  const t = useTranslations("models.tuning");
  const format = useFormatter();
  return (
    <section aria-label={t("events")}>
      <h3 className="mb-1 text-sm font-semibold">{t("events")}</h3>
      {events.length === 0 && <p className="text-sm text-muted">{t("noEvents")}</p>}
      <ol className="flex flex-col gap-1 text-sm">
        {events.map(({ id, at, level, message }) => (
          <li key={id} className={level === "error" ? "text-bad" : ""}>
            <time dateTime={at} className="mr-2 text-xs text-faint">
              {format.dateTime(new Date(at), { timeStyle: "medium" })}
            </time>
            {message}
          </li>
        ))}
      </ol>
    </section>
  );
}

function TuningFacts({ tuning }: { tuning: Tuning }) {
  const t = useTranslations("models.tuning");
  const format = useFormatter();
  const { settings } = tuning;
  const number = (value: number | null) => (value === null ? t("auto") : format.number(value));
  return (
    <>
      <Facts
        title={t("result")}
        facts={[
          [t("model"), tuning.tunedModel],
          [t("tokens"), tuning.trainedTokens === null ? null : format.number(tuning.trainedTokens)],
          [t("cost"), tuning.trainedTokens === null ? null : tuning.costMicros === null ? t("costUnknown") : format.number(tuning.costMicros / 1e6, { style: "currency", currency: "USD", maximumFractionDigits: 4 })],
          [t("trainRows"), format.number(tuning.trainRows)],
          [t("validationRows"), tuning.validationRows === 0 ? null : format.number(tuning.validationRows)],
        ]}
      />
      <Facts
        title={t("settings")}
        facts={[
          [t("connection"), tuning.connection.name],
          [t("base"), tuning.baseModel],
          [t("method"), t(`methodName.${settings.method}`)],
          [t("epochs"), number(settings.epochs)],
          [t("batchSize"), number(settings.batchSize)],
          [t("learningRate"), number(settings.learningRateMultiplier)],
          [t("seed"), String(settings.seed)],
          [t("job"), tuning.remoteId],
        ]}
      />
    </>
  );
}

/** A step that has a provider train, in the data pane: how the job goes there. */
export function TuningPanel({ nodeId }: { nodeId: string }) {
  const t = useTranslations("models.tuning");
  const planned = usePlanState((state) => state.plan.steps.get(nodeId)?.fingerprint ?? null);
  const step = useRunState((state) => state.stepsByNode.get(nodeId));
  const fingerprint = step && (step.state === "running" || step.state === "failed") ? step.fingerprint : planned;
  const tuning = useApi(readTuning, { params: { fingerprint: fingerprint ?? "" } }, { enabled: fingerprint !== null, refreshMs: LIVE_MS, keepPrevious: true });
  if (!tuning.data) return <EmptyState icon={<CloudCog size={22} />} title={t("none")} text={t("noneText")} />;
  const { state, connection, baseModel, tunedModel, metrics, events } = tuning.data;
  const isOpen = state === "open" || state === "sending";
  const compare = tunedModel === null ? null : playgroundPath({ left: { connection: connection.id, model: baseModel }, right: { connection: connection.id, model: tunedModel } });
  return (
    <div className="flex min-w-0 flex-1">
      <div className="min-w-0 flex-1 p-3">
        <LossPlot
          metrics={metrics}
          head={
            <>
              <TuningStatus tuning={tuning.data} />
              {compare !== null && (
                <Link href={compare} className="text-sm text-accent hover:underline">
                  {t("compare")}
                </Link>
              )}
            </>
          }
        />
      </div>
      <div className="flex w-80 shrink-0 flex-col gap-4 overflow-auto border-l p-3">
        {isOpen && <TuningEvents events={events} />}
        <TuningFacts tuning={tuning.data} />
        {!isOpen && <TuningEvents events={events} />}
      </div>
    </div>
  );
}
