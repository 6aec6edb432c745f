import type { NodeProps } from "@xyflow/react";
import { RotateCw } from "lucide-react";
import { memo } from "react";
import { useTranslations } from "use-intl";
import { findStep, getOutputs } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { describeProblem } from "@/components/steps/describe-problem";
import { getStepWords, summarizeStep } from "@/components/steps/step-words";
import { classNames } from "@/components/ui/class-names";
import { Tooltip } from "@/components/ui/tooltip";
import { Progress } from "@/components/ui/progress";
import type { WorkflowNode } from "@/lib/workflow/document";
import type { FlowNode } from "./flow-store";
import type { ShownRound } from "./shown-round";
import { StatusMark } from "./status-mark";
import { StepPorts } from "./step-ports";
import { StepTitle } from "./step-title";
import type { StepStatus } from "./step-status";
import { useDocumentState, usePlanState } from "./studio-context";
import { useStatusWords } from "./use-status-words";
import { useShownRound, useStepStatus } from "./use-step-status";

const edgeByState: Partial<Record<StepStatus["kind"], string>> = {
  running: "border-busy",
  failed: "border-bad",
  blocked: "border-dashed border-line-strong",
  disabled: "border-dashed border-line-strong opacity-60",
};

function StatusLine({ node, status, shown }: { node: WorkflowNode; status: StepStatus; shown: ShownRound }) {
  const t = useTranslations("canvas.group");
  const words = useStatusWords()(node.step, status);
  const problem = usePlanState((state) => state.plan.steps.get(shown.id)?.problems.find((entry) => entry.code !== "probe_pending"));
  const long = problem && status.kind === "blocked" ? describeProblem(node.step, problem) : words.long;
  return (
    <Tooltip content={long === "" ? words.short : long}>
      <div className="flex h-5 items-center gap-1.5 text-xs" data-testid="step-state" data-state={status.kind}>
        <StatusMark kind={status.kind} />
        <span className={classNames("truncate", status.kind === "blocked" ? "text-warn" : "text-muted")}>
          {status.kind === "blocked" && problem ? long : words.short}
        </span>
        {shown.rounds > 1 && <span className="shrink-0 rounded-sm bg-hover px-1 text-2xs text-muted">{t("roundOf", { round: shown.round, rounds: shown.rounds })}</span>}
        {status.kind === "running" && <span className="ml-auto truncate text-2xs text-muted">{words.aside ?? words.long}</span>}
        {status.kind === "fresh" && status.failed > 0 && <span className="ml-auto text-2xs text-bad">✕ {status.failed}</span>}
      </div>
    </Tooltip>
  );
}

function CacheOff() {
  const t = useTranslations("canvas");
  return (
    <Tooltip content={t("cacheOff")}>
      <RotateCw size={12} aria-label={t("cacheOff")} className="shrink-0 text-muted group-data-[detail=label]/canvas:hidden" />
    </Tooltip>
  );
}

function RunningBar({ node, status }: { node: WorkflowNode; status: StepStatus }) {
  if (status.kind !== "running") return null;
  const { training, rowsDone, rowsTotal } = status.step;
  const max = training ? training.totalSteps : rowsTotal;
  return (
    <div className="absolute inset-x-2 bottom-1">
      <Progress label={node.title} value={max === null ? null : (training?.step ?? rowsDone)} max={max ?? 1} />
    </div>
  );
}

/** A step on the canvas. It follows its own node, plan and run, so that a change of one card draws one card. */
export const StepNode = memo(function StepNode({ id, selected }: NodeProps<FlowNode>) {
  const node = useDocumentState((state) => state.nodesById.get(id));
  const params = usePlanState((state) => state.plan.steps.get(id)?.params ?? null);
  const shown = useShownRound(id);
  const status = useStepStatus(shown.id);
  if (!node) return null;
  const definition = findStep(node.step);
  return (
    <div
      data-step={node.step}
      style={{ "--kind": `var(--kind-${definition?.category ?? "tables"})` } as React.CSSProperties}
      className={classNames(
        "relative h-[84px] w-56 rounded border bg-surface transition-shadow",
        selected ? "border-accent shadow-[0_0_0_1px_var(--accent)]" : (edgeByState[status.kind] ?? "border-line-strong"),
      )}
    >
      {definition && <StepPorts stepId={node.step} ports={definition.inputs} side="in" />}
      <div className="flex h-full flex-col px-2.5 py-1.5 group-data-[detail=dot]/canvas:hidden">
        <div className="flex h-6 items-center gap-1.5 group-data-[detail=label]/canvas:h-full group-data-[detail=label]/canvas:text-[22px]">
          <span className="text-(--kind)">
            <StepIcon name={definition?.icon ?? ""} />
          </span>
          <StepTitle node={node} />
          {node.cache === "off" && <CacheOff />}
        </div>
        <p className="h-5 truncate text-xs text-muted group-data-[detail=label]/canvas:hidden">
          {(definition && summarizeStep(definition, params)) || getStepWords(node.step).title}
        </p>
        <div className="group-data-[detail=label]/canvas:hidden">
          <StatusLine node={node} status={status} shown={shown} />
        </div>
        <div className="absolute top-2 right-2 hidden group-data-[detail=label]/canvas:block">
          <StatusMark kind={status.kind} size={22} />
        </div>
      </div>
      <div className="hidden h-full items-center justify-center rounded bg-(--kind)/15 group-data-[detail=dot]/canvas:flex">
        <StatusMark kind={status.kind} size={48} />
      </div>
      <RunningBar node={node} status={status} />
      {definition && <StepPorts stepId={node.step} ports={getOutputs(definition, node.params)} side="out" />}
    </div>
  );
});
