import type { ReactNode } from "react";
import { Tabs as Primitive } from "radix-ui";

export interface TabItem {
  id: string;
  label: ReactNode;
}

interface TabsProps {
  value: string;
  items: TabItem[];
  label: string;
  onChange: (value: string) => void;
}

/** The tabs alone: what they show is drawn by the caller, under them. */
export function Tabs({ value, items, label, onChange }: TabsProps) {
  return (
    <Primitive.Root value={value} onValueChange={onChange} activationMode="manual" className="min-w-0">
      <Primitive.List aria-label={label} className="flex items-center gap-1 overflow-x-auto">
        {items.map((item) => (
          <Primitive.Trigger
            key={item.id}
            value={item.id}
            className="flex h-7 shrink-0 items-center gap-1.5 rounded px-2 text-sm text-muted hover:bg-hover data-[state=active]:bg-pressed data-[state=active]:text-text"
          >
            {item.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
    </Primitive.Root>
  );
}
