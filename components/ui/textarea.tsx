import type { ComponentProps } from "react";
import { classNames } from "./class-names";
import { inputClass } from "./input";

interface TextareaProps extends ComponentProps<"textarea"> {
  invalid?: boolean;
}

export function Textarea({ invalid = false, className, ...rest }: TextareaProps) {
  return (
    <textarea
      aria-invalid={invalid || undefined}
      className={classNames(inputClass, "min-h-16 py-1.5", invalid ? "border-bad" : "border-line-strong", className)}
      {...rest}
    />
  );
}
