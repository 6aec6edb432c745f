import { useId, type ReactNode } from "react";

interface LabelledProps {
  label: string;
  help?: string | undefined;
  /** Label and control in one line, for a switch. */
  inline?: boolean;
  /** `control` goes on the control as its id and `aria-describedby`. */
  children: (control: { id: string; describedBy: string }) => ReactNode;
}

/** A control with its label above, or beside, and what it is for below. */
export function Labelled({ label, help, inline = false, children }: LabelledProps) {
  const id = useId();
  return (
    <div className={inline ? "grid grid-cols-[1fr_auto] items-center gap-x-3 gap-y-1" : "flex flex-col gap-1"}>
      <label htmlFor={id} className="min-w-0 truncate text-sm font-medium">
        {label}
      </label>
      {children({ id, describedBy: `${id}-help` })}
      {help !== undefined && (
        <p id={`${id}-help`} className="col-span-2 text-xs text-muted">
          {help}
        </p>
      )}
    </div>
  );
}
