import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";
import { classNames } from "./class-names";

export interface SelectOption {
  value: string;
  label: string;
  group?: string;
}

interface SelectProps {
  id?: string;
  value: string;
  options: SelectOption[];
  placeholder?: string;
  invalid?: boolean;
  disabled?: boolean;
  size?: "sm" | "md";
  "aria-label"?: string;
  "aria-describedby"?: string;
  onChange: (value: string) => void;
}

function groupOptions(options: SelectOption[]): [string, SelectOption[]][] {
  const groups = new Map<string, SelectOption[]>();
  for (const option of options) groups.set(option.group ?? "", [...(groups.get(option.group ?? "") ?? []), option]);
  return [...groups];
}

function Option({ option }: { option: SelectOption }) {
  return (
    <Primitive.Item
      value={option.value}
      className="flex h-7 items-center gap-2 rounded-sm pr-2 pl-7 text-sm outline-none select-none data-highlighted:bg-hover"
    >
      <Primitive.ItemIndicator className="absolute left-2">
        <Check size={14} />
      </Primitive.ItemIndicator>
      <Primitive.ItemText>{option.label}</Primitive.ItemText>
    </Primitive.Item>
  );
}

export function Select({ id, value, options, placeholder, invalid = false, disabled = false, size = "md", onChange, ...aria }: SelectProps) {
  return (
    <Primitive.Root value={value} onValueChange={onChange} disabled={disabled}>
      <Primitive.Trigger
        id={id}
        aria-invalid={invalid || undefined}
        className={classNames(
          "flex w-full min-w-0 items-center justify-between gap-2 rounded border bg-surface px-2 text-left data-placeholder:text-faint",
          size === "md" ? "h-8 text-base" : "h-7 text-sm",
          invalid ? "border-bad" : "border-line-strong",
        )}
        {...aria}
      >
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <ChevronDown size={14} className="shrink-0 text-muted" />
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-80 min-w-(--radix-select-trigger-width) overflow-hidden rounded border border-line-strong bg-surface shadow-float"
        >
          <Primitive.Viewport className="p-1">
            {groupOptions(options).map(([group, members]) => (
              <Primitive.Group key={group}>
                {group !== "" && <Primitive.Label className="px-2 pt-1.5 pb-0.5 text-2xs text-faint">{group}</Primitive.Label>}
                {members.map((option) => (
                  <Option key={option.value} option={option} />
                ))}
              </Primitive.Group>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
