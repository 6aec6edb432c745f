import type { NodeProps } from "@xyflow/react";
import { ChartSpline, Frame, Repeat, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { useTranslations } from "use-intl";
import { describeProblem } from "@/components/steps/describe-problem";
import { classNames } from "@/components/ui/class-names";
import { Tooltip } from "@/components/ui/tooltip";
import type { GroupSweep, WorkflowGroup } from "@/lib/workflow/document";
import { countTrials } from "@/lib/workflow/draw-trials";
import { GATHER_STEP } from "@/lib/workflow/unroll-groups";
import { PICK_STEP, TRIALS_STEP } from "@/lib/workflow/unroll-sweep";
import type { FlowNode } from "./flow-store";
import { useDocumentState, usePlanState } from "./studio-context";
import { useGroupOutcome } from "./use-group-outcome";
import { useSweepOutcome } from "./use-sweep-outcome";

const GATHERERS = new Set([GATHER_STEP, PICK_STEP, TRIALS_STEP]);

/** What is wrong with what the rounds or trials give; what is wrong with the group itself stands on its steps. */
function useProblem(groupId: string): string | null {
  return usePlanState((state) => {
    for (const { node, problems } of state.plan.steps.values()) {
      const problem = GATHERERS.has(node.step) && node.id.startsWith(`${groupId}.`) ? problems.find(({ code }) => code !== "upstream_blocked" && code !== "probe_pending") : undefined;
      if (problem) return describeProblem(node.step, problem);
    }
    return null;
  });
}

function Outcome({ group }: { group: WorkflowGroup }) {
  const t = useTranslations("canvas.group");
  const outcome = useGroupOutcome(group);
  if (!group.repeat || outcome.done === 0) return null;
  const { stop, rounds } = group.repeat;
  const isShort = stop?.kind === "rows" && outcome.rows < stop.rows && outcome.done === rounds && !outcome.isRunning;
  return (
    <span className={isShort ? "text-warn" : undefined}>
      {" · "}
      {stop?.kind === "rows" ? t("rows", { rows: outcome.rows, wanted: stop.rows, round: outcome.done, rounds }) : t("round", { round: outcome.done, rounds })}
    </span>
  );
}

function SweepOutcome({ group, sweep }: { group: WorkflowGroup; sweep: GroupSweep }) {
  const t = useTranslations("canvas.group");
  const { done, best } = useSweepOutcome(group, sweep);
  if (done === 0) return null;
  return <> · {best ? t("best", best) : t("trialsDone", { done })}</>;
}

/** The frame around the steps of a group. It is dragged by its header, with its steps. */
export const GroupFrame = memo(function GroupFrame({ id, selected }: NodeProps<FlowNode>) {
  const t = useTranslations("canvas.group");
  const group = useDocumentState((state) => state.document.groups.find((other) => other.id === id));
  const problem = useProblem(id);
  if (!group) return null;
  const { repeat, sweep } = group;
  const Icon = repeat ? Repeat : sweep ? ChartSpline : Frame;
  return (
    <section
      aria-label={group.title}
      data-testid="group"
      className={classNames("h-full w-full rounded border border-dashed bg-accent/4", selected ? "border-accent" : "border-line-strong")}
    >
      <header className="frame-header pointer-events-auto flex h-12 cursor-grab flex-col justify-center rounded-t px-3 hover:bg-hover">
        <div className="flex items-center gap-1.5">
          <Icon size={14} aria-hidden className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1 truncate text-sm font-medium group-data-[detail=dot]/canvas:hidden group-data-[detail=label]/canvas:text-[22px]">{group.title}</span>
          {problem !== null && (
            <Tooltip content={problem}>
              <TriangleAlert size={14} aria-label={problem} className="shrink-0 text-warn" />
            </Tooltip>
          )}
        </div>
        {repeat && (
          <p className="truncate text-xs text-muted group-data-[detail=dot]/canvas:hidden group-data-[detail=label]/canvas:hidden">
            {repeat.stop?.kind === "rows" ? t("untilRows", { rows: repeat.stop.rows, rounds: repeat.rounds }) : t("rounds", { rounds: repeat.rounds })}
            <Outcome group={group} />
          </p>
        )}
        {sweep && (
          <p className="truncate text-xs text-muted group-data-[detail=dot]/canvas:hidden group-data-[detail=label]/canvas:hidden">
            {t("trials", { trials: countTrials(sweep) })}
            <SweepOutcome group={group} sweep={sweep} />
          </p>
        )}
      </header>
    </section>
  );
});
