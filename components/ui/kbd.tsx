import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="rounded-sm border border-line bg-raised px-1 font-sans text-2xs text-muted">{children}</kbd>;
}
