import { useFormatter, useTranslations } from "use-intl";
import { sumRun } from "./sum-run";
import type { RunView } from "@/lib/contracts/runs";

/** What a run came to, in one line. */
export function RunTotals({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const totals = sumRun(run);
  const cost = format.number(totals.cost, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
  return (
    <span className="truncate text-xs text-muted">
      {t("totals", { done: totals.stepsDone, steps: run.steps.length, calls: totals.calls, cached: totals.cached, tokens: totals.tokens, cost, failed: totals.failed })}
    </span>
  );
}
