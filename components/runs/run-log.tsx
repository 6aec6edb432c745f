import { Play } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { RetryFailedButton } from "@/components/canvas/retry-failed-button";
import { isActive } from "@/components/canvas/run-store";
import { useRunState, useStudio } from "@/components/canvas/studio-context";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { parseNodeId } from "@/lib/workflow/unrolled";
import { RunStateBadge } from "./run-state-badge";
import { RunTotals } from "./run-totals";
import { describeError, StepRunTable } from "./step-run-table";
import { useNow } from "./use-now";

/** The latest run of the open workflow: its steps and totals. */
export function RunLog() {
  const t = useTranslations("runs");
  const { document } = useStudio();
  const run = useRunState((state) => state.run);
  const now = useNow(isActive(run));
  if (!run) return <EmptyState icon={<Play size={22} />} title={t("noneTitle")} text={t("noneText")} />;
  return (
    <div className="flex h-full min-w-0 flex-1 flex-col" aria-label={t("log")} role="region">
      <header className="flex h-9 shrink-0 items-center gap-3 border-b px-3">
        <h2 className="text-sm font-semibold">{t("log")}</h2>
        <RunStateBadge state={run.state} />
        <RunTotals run={run} />
        <div className="flex-1" />
        {run.steps.some((step) => step.failed > 0) && <RetryFailedButton />}
        <Link href={`/runs/${run.id}`} className="text-xs text-accent hover:underline">
          {t("open")}
        </Link>
      </header>
      {run.error && (
        <div className="p-2">
          <Notice tone="bad">{describeError(run.error)}</Notice>
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-auto">
        <StepRunTable
          run={run}
          now={now}
          onChoose={(nodeId) => {
            const place = parseNodeId(nodeId);
            if ("group" in place) document.getState().select({ frames: [place.group] });
            else document.getState().select({ nodes: [place.drawn] });
          }}
        />
      </div>
    </div>
  );
}
