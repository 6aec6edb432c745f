import type { ReactNode } from "react";

interface PageFrameProps {
  title: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with a heading; the studio alone has none. */
export function PageFrame({ title, actions, children }: PageFrameProps) {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-6 px-6 py-6">
      <header className="flex min-h-8 items-center gap-3">
        <h1 className="min-w-0 flex-1 truncate text-lg font-semibold">{title}</h1>
        {actions}
      </header>
      {children}
    </div>
  );
}
