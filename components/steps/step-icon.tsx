import { Puzzle } from "lucide-react";
import { stepIcons } from "./step-icons.generated";

export function StepIcon({ name, size = 15 }: { name: string; size?: number }) {
  const Icon = stepIcons[name] ?? Puzzle;
  return <Icon size={size} aria-hidden />;
}
