import { useTranslations } from "use-intl";
import { useBatchWords } from "@/components/runs/use-batch-words";
import { getParamWords, getPortLabel } from "@/components/steps/step-words";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";
import type { StaleReason } from "@/lib/fingerprint/stale-reason";
import type { StepStatus } from "./step-status";

interface StatusWords {
  short: string;
  long: string;
  /** What stands beside the short one on a card, where that is not the long one. */
  aside?: string;
}

/** A step's state in words: a short one for the card, and the reason for its hover. */
export function useStatusWords(): (stepId: string, status: StepStatus) => StatusWords {
  const t = useTranslations("canvas.status");
  const batchWords = useBatchWords();
  const explainStale = (stepId: string, reason: StaleReason): string => {
    switch (reason.code) {
      case "params_changed":
      case "model_changed":
        return t(`stale.${reason.code}`, { params: reason.params.map((param) => getParamWords(stepId, param).label).join(", ") });
      case "input_changed":
        return t("stale.input_changed", { ports: reason.ports.map((port) => getPortLabel(stepId, port)).join(", ") });
      case "row_limit_changed":
        return reason.to === null ? t("stale.now_all_rows") : t("stale.now_first_rows", { rows: reason.to });
      default:
        return t(`stale.${reason.code}`);
    }
  };
  return (stepId, status) => {
    switch (status.kind) {
      case "fresh": {
        const short = status.rows === null ? t("fresh") : t("rows", { rows: status.rows });
        return { short, long: t("freshLong", { failed: status.failed, rejected: status.rejected }) };
      }
      case "stale": {
        const isNew = status.reason.code === "never_run";
        return { short: isNew ? t("notRun") : t("staleShort"), long: explainStale(stepId, status.reason) };
      }
      case "waiting":
        return { short: t("waiting"), long: status.waitsFor === "trainer" ? t("waitsForTrainer") : t("waitingLong") };
      case "paused": {
        const { rowsDone, rowsTotal, training } = status.step;
        if (training) return { short: training.totalSteps === null ? t("paused") : t("pausedAt", { done: training.step, total: training.totalSteps }), long: t("pausedTraining") };
        return { short: rowsTotal === null ? t("paused") : t("pausedAt", { done: rowsDone, total: rowsTotal }), long: t("pausedLong") };
      }
      case "running": {
        if (status.step.batch) return batchWords(status.step.batch);
        if (status.step.waitsFor === "provider") return { short: t("atProvider"), aside: "", long: t("waitsForProvider") };
        const { rowsDone, rowsOut, rowsTotal, rate, secondsLeft, training } = status.step;
        const done = training
          ? t("trainingProgress", { step: training.step, total: training.totalSteps ?? 0, hasTotal: training.totalSteps === null ? "no" : "yes" })
          : rowsTotal === null
            ? t("rowsDone", { done: Math.max(rowsDone, rowsOut) })
            : t("rowsOf", { done: rowsDone, total: rowsTotal });
        const pace = [rate === null ? null : t("rate", { rate }), secondsLeft === null ? null : t("left", { time: formatSeconds(secondsLeft) })];
        return { short: done, long: pace.filter((part) => part !== null).join(" · ") };
      }
      case "failed":
      case "unreached": {
        const { error } = status;
        const long = !error ? t(status.kind) : isErrorCode(error.code) ? formatError(error.code, error.data) : error.message;
        return { short: t(status.kind), long };
      }
      case "blocked":
        return { short: t("blocked"), long: t("blockedLong") };
      case "disabled":
        return { short: t("disabled"), long: t("disabledLong") };
      case "skipped":
        if (status.isTrial) return { short: t("givenUp"), long: status.error && isErrorCode(status.error.code) ? formatError(status.error.code, status.error.data) : t("givenUpLong") };
        return { short: t("skipped"), long: t("skippedLong") };
      case "cancelled":
        return { short: t("cancelled"), long: t("cancelledLong") };
    }
  };
}

/** `5 s`, `3 min`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${String(Math.ceil(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
