import { Binary, Braces, Brackets, Calendar, CalendarClock, CircleHelp, Clock, Hash, Image, MessagesSquare, ToggleLeft, Type, Waypoints, Wrench, type LucideIcon } from "lucide-react";
import type { ColumnType } from "@/lib/steps/_sdk/columns";

const icons: Record<ColumnType, LucideIcon> = {
  text: Type,
  integer: Hash,
  number: Hash,
  boolean: ToggleLeft,
  date: Calendar,
  time: Clock,
  timestamp: CalendarClock,
  binary: Binary,
  image: Image,
  list: Brackets,
  vector: Waypoints,
  object: Braces,
  messages: MessagesSquare,
  tools: Wrench,
  unknown: CircleHelp,
};

export function ColumnIcon({ type }: { type: ColumnType }) {
  const Icon = icons[type];
  return <Icon size={12} className="shrink-0 text-faint" aria-hidden />;
}
