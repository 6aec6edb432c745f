import type { ReactNode } from "react";

/** One entry of a menu or a context menu. */
export type MenuEntry =
  | { kind: "item"; id: string; label: string; icon?: ReactNode; shortcut?: string; checked?: boolean; disabled?: boolean; danger?: boolean; onSelect: () => void }
  | { kind: "link"; id: string; label: string; icon?: ReactNode; href: string }
  | { kind: "separator"; id: string }
  | { kind: "label"; id: string; label: string };

export const menuSurfaceClass = "z-50 min-w-48 rounded border border-line-strong bg-surface p-1 shadow-float";
export const menuItemClass =
  "flex h-7 items-center gap-2 rounded-sm px-2 text-sm outline-none select-none data-disabled:opacity-40 data-highlighted:bg-hover";
