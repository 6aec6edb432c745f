import { useTranslations } from "use-intl";
import { formatSeconds } from "@/components/canvas/use-status-words";
import { Badge, type Tone } from "@/components/ui/badge";
import { Notice } from "@/components/ui/notice";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";
import type { Training } from "./training-facts";

export const trainingTones: Record<Training["state"] | "pausing" | "paused", Tone> = { pausing: "busy", paused: "warn", queued: "neutral", running: "busy", done: "ok", failed: "bad", cancelled: "neutral" };

/** State and progress of a training, and why it failed. */
export function TrainingStatus({ training }: { training: Training }) {
  const t = useTranslations("models.status");
  const { state, pausedBy, progress, error } = training;
  const shown = pausedBy === null ? state : state === "running" ? "pausing" : "paused";
  return (
    <div className="flex min-w-0 items-center gap-2">
      <Badge tone={trainingTones[shown]}>
        <span data-testid="training-state" data-state={shown}>
          {t(shown)}
        </span>
      </Badge>
      {(state === "running" || shown === "paused") && progress && (
        <span className="text-sm text-muted">
          {t("progress", { phase: progress.phase, step: progress.step, total: progress.totalSteps ?? 0, hasTotal: progress.totalSteps === null ? "no" : "yes" })}
          {shown === "running" && progress.secondsLeft !== null && ` · ${t("left", { time: formatSeconds(progress.secondsLeft) })}`}
        </span>
      )}
      {training.waitsFor && pausedBy === null && <span className="text-sm text-muted">{training.waitsFor.code === "devices" ? t("waitsForDevices", training.waitsFor) : t("waitsForDevice", training.waitsFor)}</span>}
      {pausedBy === "run" && <span className="text-sm text-muted">{t("pausedByRun")}</span>}
      {error && <Notice tone="bad">{isErrorCode(error.code) ? formatError(error.code, error.data) : error.message}</Notice>}
    </div>
  );
}
