import { Pause, Play, X } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { useRunState, useStudio } from "@/components/canvas/studio-context";
import { cancelRunOf, pauseRunOf, resumeRunOf } from "@/components/canvas/use-studio-commands";
import { formatSeconds } from "@/components/canvas/use-status-words";
import { sumRun } from "@/components/runs/sum-run";
import { useBatchWords } from "@/components/runs/use-batch-words";
import { describeError } from "@/components/runs/step-run-table";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { Tooltip } from "@/components/ui/tooltip";
import type { RunView } from "@/lib/contracts/runs";
import { useWorkflowBudget } from "./use-workflow-budget";

const SPENT: ReadonlySet<string> = new Set(["budget_reached", "workflow_budget_reached"]);

/** The budget that a run stopped at, as long as no other was set since. */
function useSpentBudget(run: RunView): "budget" | "workflow-budget" | null {
  const { workflowId } = useStudio();
  const budget = useRunState((state) => state.budgetMicros);
  const { budget: shared } = useWorkflowBudget(workflowId);
  if (run.error?.code === "budget_reached") return budget === run.budgetMicros ? "budget" : null;
  const isSharedSpent = typeof shared?.budgetMicros === "number" && shared.spentMicros >= shared.budgetMicros;
  return run.error?.code === "workflow_budget_reached" && isSharedSpent ? "workflow-budget" : null;
}

/** Pause, or the way on: a run that stopped at a budget asks for another one first. */
function PauseButton({ run, onBudget }: { run: RunView; onBudget: (kind: "budget" | "workflow-budget") => void }) {
  const t = useTranslations("studio.run");
  const studio = useStudio();
  const spent = useSpentBudget(run);
  if (run.state === "cancelling") return null;
  if (run.state === "running") {
    return (
      <Button
        onClick={() => {
          pauseRunOf(studio);
        }}
      >
        <Pause size={14} aria-hidden />
        {t("pause")}
      </Button>
    );
  }
  return (
    <Button
      variant="primary"
      onClick={() => {
        if (spent) onBudget(spent);
        else resumeRunOf(studio);
      }}
    >
      <Play size={14} aria-hidden />
      {spent ? t("raiseBudget") : t("resume")}
    </Button>
  );
}

/** That it is paused, and where it paused by itself, why. */
function PausedWord({ run }: { run: RunView }) {
  const t = useTranslations("studio.run");
  if (!run.error) return <span className="font-medium text-text">{t("paused")}</span>;
  return (
    <Tooltip content={describeError(run.error)}>
      <button type="button" className="cursor-help font-medium text-warn">
        {SPENT.has(run.error.code) ? t("budgetSpent") : t("paused")}
      </button>
    </Tooltip>
  );
}

/** In the top bar while a run is under way or paused. */
export function RunProgress({ run, onBudget }: { run: RunView; onBudget: (kind: "budget" | "workflow-budget") => void }) {
  const t = useTranslations("studio.run");
  const format = useFormatter();
  const studio = useStudio();
  const starting = useRunState((state) => state.starting);
  const batchWords = useBatchWords();
  const totals = sumRun(run);
  const isPaused = run.state === "paused";
  const cost = format.number(totals.cost, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
  return (
    <div className="flex items-center gap-3" data-testid="run-progress">
      <div className="min-w-64">
        <div className="flex justify-between gap-3 text-xs whitespace-nowrap text-muted">
          {run.state === "paused" && <PausedWord run={run} />}
          <span>{t("rowsDone", { rows: totals.rows })}</span>
          {!isPaused && totals.batch && (
            <Tooltip content={batchWords(totals.batch).long}>
              <button type="button" className="cursor-help">
                {batchWords(totals.batch).short}
              </button>
            </Tooltip>
          )}
          {!isPaused && !totals.batch && totals.rate > 0 && <span>{t("rate", { rate: totals.rate })}</span>}
          {!isPaused && !totals.batch && totals.secondsLeft !== null && <span>{t("left", { time: formatSeconds(totals.secondsLeft) })}</span>}
          {totals.calls > 0 && <span>{t("calls", { calls: totals.calls, cost })}</span>}
        </div>
        <Progress label={t("progress")} value={totals.stepsDone} max={run.steps.length} />
      </div>
      <PauseButton run={run} onBudget={onBudget} />
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
