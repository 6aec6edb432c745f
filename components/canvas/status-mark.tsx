import { Ban, Circle, CircleCheck, CircleDashed, CircleMinus, CirclePause, CircleSlash, CircleX, LoaderCircle, SkipForward, TriangleAlert } from "lucide-react";
import { classNames } from "@/components/ui/class-names";
import type { StepStatus } from "./step-status";

const marks = {
  fresh: { icon: CircleCheck, className: "text-ok" },
  stale: { icon: Circle, className: "text-muted" },
  blocked: { icon: TriangleAlert, className: "text-warn" },
  disabled: { icon: CircleSlash, className: "text-faint" },
  waiting: { icon: CircleDashed, className: "text-busy" },
  paused: { icon: CirclePause, className: "text-busy" },
  running: { icon: LoaderCircle, className: "text-busy spin" },
  failed: { icon: CircleX, className: "text-bad" },
  unreached: { icon: CircleMinus, className: "text-muted" },
  skipped: { icon: SkipForward, className: "text-faint" },
  cancelled: { icon: Ban, className: "text-muted" },
} as const;

/** A state by shape as well as by colour. */
export function StatusMark({ kind, size = 14 }: { kind: StepStatus["kind"]; size?: number }) {
  const { icon: Icon, className } = marks[kind];
  return <Icon size={size} className={classNames("shrink-0", className)} aria-hidden />;
}
