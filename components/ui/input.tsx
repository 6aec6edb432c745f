import type { ComponentProps } from "react";
import { classNames } from "./class-names";

interface InputProps extends Omit<ComponentProps<"input">, "size"> {
  invalid?: boolean;
}

export const inputClass =
  "w-full rounded border bg-surface px-2 text-base text-text transition-colors focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-accent disabled:opacity-60";

export function Input({ invalid = false, className, ...rest }: InputProps) {
  return (
    <input
      aria-invalid={invalid || undefined}
      className={classNames(inputClass, "h-8", invalid ? "border-bad" : "border-line-strong", className)}
      {...rest}
    />
  );
}
