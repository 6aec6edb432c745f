import { Popover as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

interface PopoverProps {
  trigger: ReactNode;
  label: string;
  open?: boolean;
  align?: "start" | "center" | "end";
  wide?: boolean;
  children: ReactNode;
  onOpenChange?: (open: boolean) => void;
}

export function Popover({ trigger, label, align = "start", wide = false, children, ...rest }: PopoverProps) {
  return (
    <Primitive.Root {...rest}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className={classNames("z-50 rounded border border-line-strong bg-surface p-3 shadow-float outline-none", wide ? "w-96" : "w-72")}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
