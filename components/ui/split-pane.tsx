import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { classNames } from "./class-names";
import { useStoredState } from "./use-stored-state";

interface SplitPaneProps {
  /** Under this key the size is remembered. */
  id: string;
  label: string;
  /** Where the pane with the remembered size lies. */
  side: "left" | "right" | "bottom";
  initial: number;
  min: number;
  max: number;
  collapsed?: boolean;
  pane: ReactNode;
  children: ReactNode;
}

const KEY_STEP = 24;

/** A pane of a remembered size beside the rest, with a divider for pointer and keyboard. */
export function SplitPane({ id, label, side, initial, min, max, collapsed = false, pane, children }: SplitPaneProps) {
  const [stored, store] = useStoredState(`reverie.pane.${id}`);
  const start = useRef<{ at: number; size: number } | null>(null);
  const isRow = side !== "bottom";
  const clamp = (value: number) => Math.round(Math.min(max, Math.max(min, value)));
  const size = clamp(Number(stored ?? initial) || initial);
  const sign = side === "left" ? 1 : -1;
  const position = (event: PointerEvent) => (isRow ? event.clientX : event.clientY);
  const onKeyDown = (event: KeyboardEvent) => {
    const grow = isRow ? "ArrowRight" : "ArrowDown";
    const shrink = isRow ? "ArrowLeft" : "ArrowUp";
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    store(String(clamp(size + (event.key === grow ? KEY_STEP : -KEY_STEP) * sign)));
  };
  const divider = (
    // A focusable separator with a value is a widget: https://www.w3.org/TR/wai-aria/#separator
    <div
      role="slider"
      aria-label={label}
      aria-orientation={isRow ? "horizontal" : "vertical"}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={classNames("relative z-10 shrink-0 bg-line hover:bg-accent focus-visible:bg-accent", isRow ? "w-px cursor-col-resize" : "h-px cursor-row-resize")}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: position(event), size };
      }}
      onPointerMove={(event) => {
        if (start.current) store(String(clamp(start.current.size + (position(event) - start.current.at) * sign)));
      }}
      onPointerUp={() => {
        start.current = null;
      }}
    >
      <div className={classNames("absolute", isRow ? "inset-y-0 -inset-x-1" : "-inset-y-1 inset-x-0")} />
    </div>
  );
  const sized = (
    <div className="min-h-0 min-w-0 shrink-0 overflow-hidden" style={isRow ? { width: size } : { height: size }}>
      {pane}
    </div>
  );
  return (
    <div className={classNames("flex min-h-0 min-w-0 flex-1", isRow ? "flex-row" : "flex-col")}>
      {!collapsed && side === "left" && sized}
      {!collapsed && side === "left" && divider}
      <div className="flex min-h-0 min-w-0 flex-1">{children}</div>
      {!collapsed && side !== "left" && divider}
      {!collapsed && side !== "left" && sized}
    </div>
  );
}
