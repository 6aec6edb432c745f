import { useId, type ComponentProps } from "react";
import { Input } from "@/components/ui/input";

interface LabelledInputProps extends Omit<ComponentProps<typeof Input>, "onChange" | "id"> {
  label: string;
  hint?: string;
  onChange: (value: string) => void;
}

export function LabelledInput({ label, hint, onChange, ...rest }: LabelledInputProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <Input
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        {...rest}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
