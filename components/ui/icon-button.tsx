import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";
import { Tooltip } from "./tooltip";

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** Accessible name, and the tooltip. */
  label: string;
  /** Shown after the name in the tooltip. */
  shortcut?: string;
  active?: boolean;
  children: ReactNode;
}

/** A square button with an icon. It always has a name. */
export function IconButton({ label, shortcut, active = false, className, children, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={shortcut ? `${label} (${shortcut})` : label}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={active || undefined}
        className={classNames(
          "inline-flex size-7 shrink-0 items-center justify-center rounded text-muted transition-colors hover:bg-hover hover:text-text disabled:opacity-40 disabled:hover:bg-transparent",
          active && "bg-accent-soft text-accent",
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
}
