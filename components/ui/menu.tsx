import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { Kbd } from "./kbd";
import { menuItemClass, menuSurfaceClass, type MenuEntry } from "./menu-item";

interface MenuProps {
  trigger: ReactNode;
  entries: MenuEntry[];
  align?: "start" | "end";
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === "separator") return <Primitive.Separator className="my-1 h-px bg-line" />;
  if (entry.kind === "label") return <Primitive.Label className="px-2 py-1 text-2xs text-faint">{entry.label}</Primitive.Label>;
  if (entry.kind === "link") {
    return (
      <Primitive.Item asChild className={menuItemClass}>
        <a href={entry.href} download>
          {entry.icon}
          <span className="flex-1">{entry.label}</span>
        </a>
      </Primitive.Item>
    );
  }
  if (entry.checked !== undefined) {
    return (
      <Primitive.CheckboxItem checked={entry.checked} disabled={entry.disabled ?? false} onSelect={entry.onSelect} className={menuItemClass}>
        {entry.icon}
        <span className="flex-1">{entry.label}</span>
      </Primitive.CheckboxItem>
    );
  }
  return (
    <Primitive.Item disabled={entry.disabled ?? false} onSelect={entry.onSelect} className={classNames(menuItemClass, entry.danger && "text-bad")}>
      {entry.icon}
      <span className="flex-1">{entry.label}</span>
      {entry.shortcut && <Kbd>{entry.shortcut}</Kbd>}
    </Primitive.Item>
  );
}

export function Menu({ trigger, entries, align = "end" }: MenuProps) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content align={align} sideOffset={4} collisionPadding={8} className={menuSurfaceClass}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
