import { Switch as Primitive } from "radix-ui";

interface SwitchProps {
  id?: string;
  checked: boolean;
  "aria-label"?: string;
  "aria-describedby"?: string;
  onChange: (checked: boolean) => void;
}

export function Switch({ checked, onChange, ...rest }: SwitchProps) {
  return (
    <Primitive.Root
      checked={checked}
      onCheckedChange={onChange}
      className="inline-flex h-4.5 w-8 shrink-0 items-center rounded-full bg-line-strong p-0.5 transition-colors data-[state=checked]:bg-accent"
      {...rest}
    >
      <Primitive.Thumb className="size-3.5 rounded-full bg-surface transition-transform data-[state=checked]:translate-x-3.5" />
    </Primitive.Root>
  );
}
