import { classNames } from "@/components/ui/class-names";
import type { StepRunView } from "@/lib/contracts/runs";

const colors: Record<StepRunView["state"], string> = {
  waiting: "bg-pressed",
  running: "bg-busy",
  done: "bg-ok",
  failed: "bg-bad",
  cancelled: "bg-faint",
  blocked: "bg-line-strong",
  skipped: "bg-pressed",
};

/** A run in one glance: a bar for each step. */
export function StepBars({ steps }: { steps: StepRunView[] }) {
  return (
    <div className="flex h-3 w-32 gap-px">
      {steps.map((step) => (
        <div key={step.nodeId} title={step.title} className={classNames("h-full min-w-0.5 flex-1 rounded-[1px]", colors[step.state])} />
      ))}
    </div>
  );
}
