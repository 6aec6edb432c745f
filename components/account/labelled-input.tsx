import type { ComponentProps } from "react";
import { Input } from "@/components/ui/input";
import { Labelled } from "@/components/ui/labelled";

interface LabelledInputProps extends Omit<ComponentProps<typeof Input>, "onChange" | "id"> {
  label: string;
  hint?: string;
  onChange: (value: string) => void;
}

export function LabelledInput({ label, hint, onChange, ...rest }: LabelledInputProps) {
  return (
    <Labelled label={label} help={hint}>
      {({ id, describedBy }) => (
        <Input
          id={id}
          aria-describedby={hint ? describedBy : undefined}
          onChange={(event) => {
            onChange(event.target.value);
          }}
          {...rest}
        />
      )}
    </Labelled>
  );
}
