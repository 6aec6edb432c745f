import { X } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { useRunState, useStudio } from "@/components/canvas/studio-context";
import { cancelRunOf } from "@/components/canvas/use-studio-commands";
import { formatSeconds } from "@/components/canvas/use-status-words";
import { sumRun } from "@/components/runs/sum-run";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import type { RunView } from "@/lib/contracts/runs";

/** In the top bar while a run is under way. */
export function RunProgress({ run }: { run: RunView }) {
  const t = useTranslations("studio.run");
  const format = useFormatter();
  const studio = useStudio();
  const starting = useRunState((state) => state.starting);
  const totals = sumRun(run);
  const cost = format.number(totals.cost, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
  return (
    <div className="flex items-center gap-3" data-testid="run-progress">
      <div className="w-64">
        <div className="flex justify-between gap-2 text-xs text-muted">
          <span>{t("rowsDone", { rows: totals.rows })}</span>
          {totals.rate > 0 && <span>{t("rate", { rate: totals.rate })}</span>}
          {totals.secondsLeft !== null && <span>{t("left", { time: formatSeconds(totals.secondsLeft) })}</span>}
          {totals.calls > 0 && <span>{t("calls", { calls: totals.calls, cost })}</span>}
        </div>
        <Progress label={t("progress")} value={totals.stepsDone} max={run.steps.length} />
      </div>
      <Button
        busy={run.state === "cancelling" || starting}
        onClick={() => {
          cancelRunOf(studio);
        }}
      >
        <X size={14} />
        {run.state === "cancelling" ? t("cancelling") : t("cancel")}
      </Button>
    </div>
  );
}
