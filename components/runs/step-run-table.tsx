import { useFormatter, useTranslations } from "use-intl";
import { StatusMark } from "@/components/canvas/status-mark";
import type { StepStatus } from "@/components/canvas/step-status";
import { formatSeconds } from "@/components/canvas/use-status-words";
import { classNames } from "@/components/ui/class-names";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";
import { useBatchWords } from "./use-batch-words";
import type { RunView, StepRunView } from "@/lib/contracts/runs";
import { parseNodeId } from "@/lib/workflow/unrolled";

const marks: Record<StepRunView["state"], StepStatus["kind"]> = {
  waiting: "waiting",
  running: "running",
  done: "fresh",
  failed: "failed",
  cancelled: "cancelled",
  blocked: "unreached",
  skipped: "skipped",
};
const barColors: Record<StepRunView["state"], string> = {
  waiting: "bg-line-strong",
  running: "bg-busy",
  done: "bg-ok",
  failed: "bg-bad",
  cancelled: "bg-faint",
  blocked: "bg-faint",
  skipped: "bg-faint",
};

interface Span {
  left: number;
  width: number;
}

/** Where a step's time lies within the run's, as shares. */
function getSpan(run: RunView, step: StepRunView, now: number): Span | null {
  if (!step.startedAt) return null;
  const start = Date.parse(run.createdAt);
  const total = Math.max(1, (run.endedAt ? Date.parse(run.endedAt) : now) - start);
  const from = Date.parse(step.startedAt) - start;
  const to = (step.endedAt ? Date.parse(step.endedAt) : now) - start;
  return { left: Math.max(0, from / total), width: Math.max(0.004, (to - from) / total) };
}

export function describeError(error: NonNullable<StepRunView["error"]>): string {
  return isErrorCode(error.code) ? formatError(error.code, error.data) : error.message;
}

/** The step's title, with the round where it is one of several. */
function StepName({ step }: { step: StepRunView }) {
  const t = useTranslations("runs");
  const place = parseNodeId(step.nodeId);
  if ("group" in place) return t("gathers", { group: step.title });
  return place.round === 1 ? step.title : t("inRound", { step: step.title, round: place.round });
}

interface StepRunTableProps {
  run: RunView;
  /** Milliseconds since 1970, for steps that have not ended. */
  now: number;
  onChoose?: (nodeId: string) => void;
}

/** What a step waits for, where that is not another step. */
function WaitWords({ step }: { step: StepRunView }) {
  const t = useTranslations("runs");
  if (step.waitsFor === "provider") return t("waitsForProvider");
  const device = step.training?.waitsForDevice ?? null;
  if (device === null) return t("waitsForTrainer", { state: step.state });
  return device.code === "devices" ? t("waitsForDevices", device) : t("waitsForDevice", device);
}

/** The steps of a run: state, time, rows, calls, money, and what went wrong. */
export function StepRunTable({ run, now, onChoose }: StepRunTableProps) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const batchWords = useBatchWords();
  const heads = ["step", "time", "rows", "rejected", "failed", "calls", "tokens", "cost"] as const;
  return (
    <table className="w-full text-sm">
      <thead className="sticky top-0 z-10 bg-raised text-xs text-muted">
        <tr>
          {heads.map((head) => (
            <th key={head} className={classNames("border-b px-3 py-1 font-medium", head === "step" || head === "time" ? "text-left" : "text-right")}>
              {t(`columns.${head}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {run.steps.map((step) => {
          const span = getSpan(run, step, now);
          const seconds = step.startedAt ? ((step.endedAt ? Date.parse(step.endedAt) : now) - Date.parse(step.startedAt)) / 1000 : null;
          return (
            <tr key={step.nodeId} className="border-b align-top" data-state={step.state}>
              <td className="max-w-80 px-3 py-1.5">
                <div className="flex items-center gap-2">
                  <StatusMark kind={marks[step.state]} />
                  {onChoose ? (
                    <button
                      type="button"
                      className="truncate rounded-sm text-left hover:underline"
                      onClick={() => {
                        onChoose(step.nodeId);
                      }}
                    >
                      <StepName step={step} />
                    </button>
                  ) : (
                    <span className="truncate"><StepName step={step} /></span>
                  )}
                  <span className="text-xs whitespace-nowrap text-muted">{step.fromCache ? t("fromCache") : t(`state.${step.training?.paused ? "paused" : step.state}`)}</span>
                </div>
                {step.error && <p className="mt-0.5 text-xs text-bad">{describeError(step.error)}</p>}
                {step.batch && <p className="mt-0.5 text-xs text-muted">{batchWords(step.batch).long}</p>}
                {step.changed.map((changed) => (
                  <p key={JSON.stringify(changed)} className="mt-0.5 text-xs text-muted">{t("changed", changed)}</p>
                ))}
                {step.waitsFor && <p className="mt-0.5 text-xs text-muted"><WaitWords step={step} /></p>}
              </td>
              <td className="min-w-48 px-3 py-1.5">
                <div className="relative my-1.5 h-2 rounded-sm bg-hover">
                  {span && <div className={classNames("absolute h-2 rounded-sm", barColors[step.state])} style={{ left: `${String(span.left * 100)}%`, width: `${String(span.width * 100)}%` }} />}
                </div>
                {seconds !== null && <span className="text-2xs text-muted">{formatSeconds(seconds)}</span>}
              </td>
              <td className="px-3 py-1.5 text-right">
                {format.number(step.rowsOut)}
                {step.rowsTotal !== null && step.state === "running" && <span className="text-muted"> / {format.number(step.rowsTotal)}</span>}
              </td>
              <td className="px-3 py-1.5 text-right text-muted">{format.number(step.rejected)}</td>
              <td className={classNames("px-3 py-1.5 text-right", step.failed > 0 ? "text-bad" : "text-muted")}>{format.number(step.failed)}</td>
              <td className="px-3 py-1.5 text-right text-muted">{t("calls", { calls: step.calls, cached: step.callsCached })}</td>
              <td className="px-3 py-1.5 text-right text-muted">{format.number(step.promptTokens + step.completionTokens)}</td>
              <td className="px-3 py-1.5 text-right text-muted">
                {format.number(step.costMicros / 1_000_000, { style: "currency", currency: "USD", maximumFractionDigits: 4 })}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
