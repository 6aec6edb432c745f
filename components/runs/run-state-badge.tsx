import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { StatusMark } from "@/components/canvas/status-mark";
import type { StepStatus } from "@/components/canvas/step-status";
import type { RunState } from "@/lib/contracts/runs";

const looks: Record<RunState, { tone: Tone; mark: StepStatus["kind"] }> = {
  running: { tone: "busy", mark: "running" },
  paused: { tone: "neutral", mark: "paused" },
  cancelling: { tone: "neutral", mark: "waiting" },
  done: { tone: "ok", mark: "fresh" },
  failed: { tone: "bad", mark: "failed" },
  cancelled: { tone: "neutral", mark: "cancelled" },
};

export function RunStateBadge({ state }: { state: RunState }) {
  const t = useTranslations("runs.state");
  const { tone, mark } = looks[state];
  return (
    <Badge tone={tone}>
      <StatusMark kind={mark} size={12} />
      <span data-testid="run-state" data-state={state}>
        {t(state)}
      </span>
    </Badge>
  );
}
