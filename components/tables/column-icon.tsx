import { Braces, Brackets, CalendarClock, CircleHelp, Hash, ToggleLeft, Type, Waypoints } from "lucide-react";
import type { ColumnType } from "@/lib/steps/_sdk/columns";

const icons = {
  text: Type,
  integer: Hash,
  number: Hash,
  boolean: ToggleLeft,
  timestamp: CalendarClock,
  list: Brackets,
  vector: Waypoints,
  object: Braces,
  unknown: CircleHelp,
};

export function ColumnIcon({ type }: { type: ColumnType }) {
  const Icon = icons[type];
  return <Icon size={12} className="shrink-0 text-faint" aria-hidden />;
}
