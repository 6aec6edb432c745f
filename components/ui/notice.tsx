import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

interface NoticeProps {
  tone: "info" | "warn" | "bad";
  children: ReactNode;
  action?: ReactNode;
}

const looks = {
  info: { className: "bg-accent-soft text-text", icon: Info, iconClass: "text-accent" },
  warn: { className: "bg-warn-soft text-text", icon: TriangleAlert, iconClass: "text-warn" },
  bad: { className: "bg-bad-soft text-text", icon: CircleAlert, iconClass: "text-bad" },
};

/** A message that stays where it belongs, until its cause is gone. */
export function Notice({ tone, children, action }: NoticeProps) {
  const { className, icon: Icon, iconClass } = looks[tone];
  return (
    <div role={tone === "bad" ? "alert" : "status"} className={classNames("flex items-start gap-2 rounded px-3 py-2 text-sm", className)}>
      <Icon size={15} className={classNames("mt-0.5 shrink-0", iconClass)} aria-hidden />
      <div className="min-w-0 flex-1 break-words">{children}</div>
      {action}
    </div>
  );
}
