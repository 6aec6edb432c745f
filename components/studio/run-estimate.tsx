import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useDocumentState, usePlanState } from "@/components/canvas/studio-context";
import { formatSeconds } from "@/components/canvas/use-status-words";
import { stepCatalogue } from "@/components/steps/step-catalogue";
import { Tooltip } from "@/components/ui/tooltip";
import { estimateRun, type RunEstimate as Estimate, type StepEstimate } from "@/lib/plan/estimate/estimate-run";
import { planWorkflow } from "@/lib/plan/plan-workflow";

const MOST_STEPS = 12;
const CENT = 0.01;

/** Cents are enough from a cent on; below it, the first two digits that are not zero. */
function useDollars(): (amount: number) => string {
  const format = useFormatter();
  return (amount) => format.number(amount, amount === 0 || amount >= CENT ? { style: "currency", currency: "USD" } : { style: "currency", currency: "USD", minimumFractionDigits: 0, maximumSignificantDigits: 2 });
}

function useEstimateWords({ steps, calls, dollars, seconds, isLowerBound, asking }: Estimate): string {
  const t = useTranslations("studio.run");
  const formatDollars = useDollars();
  if (asking.length === 0) return t("estimateSteps", { steps });
  const many = t("estimateCalls", { calls, atLeast: isLowerBound.calls ? (calls === 0 ? "none" : "yes") : "no" });
  const money = dollars === null ? t("estimateNoPrice") : t("estimateMoney", { amount: formatDollars(dollars), atLeast: isLowerBound.dollars ? "yes" : "no" });
  const time = seconds === null || calls === 0 ? "" : t("estimateTime", { time: formatSeconds(Math.max(1, seconds)), atLeast: isLowerBound.seconds ? "yes" : "no" });
  return `${many}${calls === 0 ? "" : money}${time}`;
}

function StepLine({ step }: { step: StepEstimate }) {
  const t = useTranslations("studio.run");
  const formatDollars = useDollars();
  const money = step.dollars === null ? t("noPrice") : `${step.isDollarsWhole ? "" : "≥ "}${formatDollars(step.dollars)}`;
  return (
    <tr>
      <th scope="row" className="max-w-40 truncate pr-3 text-left font-normal">{step.title}</th>
      <td className="pr-3 text-right">{step.calls === null ? t("notKnown") : t("callCount", { calls: step.calls })}</td>
      <td className="pr-3 text-right">{step.calls === null ? "" : t("tokenCount", { tokens: step.calls * (step.promptTokens + (step.completionTokens ?? 0)), atLeast: step.completionTokens === null ? "yes" : "no" })}</td>
      <td className="pr-3 text-right">{step.calls === null ? "" : money}</td>
      <td className="text-right">{step.isBatch ? t("asBatch") : step.calls === null || step.seconds === null ? "" : formatSeconds(Math.max(1, step.seconds))}</td>
    </tr>
  );
}

function Details({ estimate }: { estimate: Estimate }) {
  const t = useTranslations("studio.run");
  const { asking, steps, isLowerBound } = estimate;
  return (
    <div className="flex flex-col gap-1.5 py-0.5">
      <p>{t("estimateLong", { steps })}</p>
      {asking.length > 0 && (
        <table className="whitespace-nowrap text-muted tabular-nums">
          <tbody>
            {asking.slice(0, MOST_STEPS).map((step) => (
              <StepLine key={step.id} step={step} />
            ))}
          </tbody>
        </table>
      )}
      {asking.length > MOST_STEPS && <p className="text-muted">{t("moreSteps", { count: asking.length - MOST_STEPS })}</p>}
      {asking.some(({ calls }) => calls !== null) && <p className="text-muted">{t("tokensBy", { how: asking.every(({ isMeasured }) => isMeasured) ? "measured" : asking.some(({ isMeasured }) => isMeasured) ? "partly" : "guessed" })}</p>}
      {(isLowerBound.dollars || isLowerBound.seconds) && <p className="text-muted">{t("lowerBound")}</p>}
    </div>
  );
}

/** What a run would do now: calls, money and time; by step where one looks closer. */
export function RunEstimate() {
  const t = useTranslations("studio.run");
  const plan = usePlanState((state) => state.plan);
  const known = usePlanState((state) => state.known);
  const rowLimit = usePlanState((state) => state.rowLimit);
  const document = useDocumentState((state) => state.document);
  const estimate = useMemo(() => {
    // What stands there of a step whose cache is off is of no use to the next run.
    const next = document.nodes.some(({ cache }) => cache === "off") ? planWorkflow(document, stepCatalogue, known, rowLimit, { id: "next", steps: null }) : plan;
    return estimateRun(next, known, rowLimit);
  }, [document, plan, known, rowLimit]);
  const words = useEstimateWords(estimate);
  if (plan.steps.size === 0) return null;
  if (estimate.steps === 0) return <span className="text-xs whitespace-nowrap text-muted">{t("nothingToDo")}</span>;
  return (
    <Tooltip content={<Details estimate={estimate} />}>
      <button type="button" aria-label={t("estimateLabel", { words })} className="cursor-help rounded text-xs whitespace-nowrap text-muted tabular-nums">
        {words}
      </button>
    </Tooltip>
  );
}
