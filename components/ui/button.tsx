import type { ComponentProps } from "react";
import { classNames } from "./class-names";

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: "primary" | "default" | "ghost" | "danger";
  size?: "sm" | "md";
  /** The action is under way: shown, and not started twice. */
  busy?: boolean;
}

const variants = {
  primary: "bg-accent text-on-accent border-accent hover:bg-accent-hover hover:border-accent-hover",
  default: "bg-surface text-text border-line-strong hover:bg-hover",
  ghost: "bg-transparent text-text border-transparent hover:bg-hover",
  danger: "bg-surface text-bad border-line-strong hover:bg-bad-soft hover:border-bad",
};
const sizes = { sm: "h-7 px-2 text-sm", md: "h-8 px-3 text-base" };

export function Button({ variant = "default", size = "sm", busy = false, className, disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={(disabled ?? false) || busy}
      aria-busy={busy || undefined}
      className={classNames(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded border font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50",
        variants[variant],
        sizes[size],
        className,
      )}
      {...rest}
    />
  );
}
