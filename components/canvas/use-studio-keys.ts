import { useEffect } from "react";
import { GRID, nudgeSelection } from "./studio-actions";
import { useStudio, type Studio } from "./studio-context";
import { handleClipboardEvent, useStudioCommands } from "./use-studio-commands";

const arrows: Record<string, { x: number; y: number } | undefined> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Keys that belong to what has the focus: a field, a menu, a dialog, the table. */
function isTaken(event: Event): boolean {
  if (event.defaultPrevented || !(event.target instanceof HTMLElement)) return event.defaultPrevented;
  return event.target.isContentEditable || event.target.closest("input, textarea, select, [role=dialog], [role=menu], [role=listbox], [role=slider]") !== null;
}

/** The id of the command that a key stands for. */
function findCommandId(event: KeyboardEvent): string | null {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "Enter") return event.shiftKey ? "run-to" : "run";
    const byKey: Record<string, string> = { z: event.shiftKey ? "redo" : "undo", y: "redo", d: "duplicate", a: "select-all", g: event.shiftKey ? "ungroup" : "group" };
    return byKey[key] ?? null;
  }
  if (event.altKey) return null;
  if (event.shiftKey && key === "j") return "data-full";
  if (event.shiftKey && key === "f") return "canvas-full";
  const byKey: Record<string, string> = {
    Delete: "delete",
    Backspace: "delete",
    f: "fit",
    ".": "fit",
    l: "layout",
    m: "toggle",
    n: "note",
    b: "palette",
    i: "inspector",
    j: "data",
    "/": "search",
    "?": "shortcuts",
  };
  return byKey[key] ?? null;
}

function selectFocusedCard({ document }: Studio): boolean {
  const id = globalThis.document.activeElement?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
  if (id) document.getState().select(document.getState().nodesById.has(id) ? { nodes: [id] } : { frames: [id] });
  return id !== undefined;
}

function leave({ document, view }: Studio): void {
  if (view.getState().fullScreen) view.getState().setFullScreen(null);
  else document.getState().select({ nodes: [], edges: [] });
}

/** Returns whether the key was used. */
function handlePlainKey(event: KeyboardEvent, studio: Studio): boolean {
  if (event.key === "Escape") {
    leave(studio);
    return true;
  }
  const arrow = arrows[event.key];
  if (arrow && studio.document.getState().selection.nodes.length + studio.document.getState().selection.frames.length > 0) {
    const by = event.shiftKey ? GRID * 4 : GRID;
    nudgeSelection(studio.document, { x: arrow.x * by, y: arrow.y * by });
    return true;
  }
  return event.key === "Enter" && !event.ctrlKey && !event.metaKey && selectFocusedCard(studio);
}

/** The keyboard of the studio. */
export function useStudioKeys(): void {
  const studio = useStudio();
  const commands = useStudioCommands();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        studio.view.getState().openDialog("commands");
        return;
      }
      const isRunKey = (event.ctrlKey || event.metaKey) && event.key === "Enter";
      if (isTaken(event) && !isRunKey) return;
      const command = commands.find((other) => other.id === findCommandId(event));
      if (command ? command.disabled : !handlePlainKey(event, studio)) return;
      event.preventDefault();
      // A field commits what was typed before its workflow runs.
      if (isRunKey && document.activeElement instanceof HTMLElement && isTaken(event)) document.activeElement.blur();
      command?.run();
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (arrows[event.key]) studio.document.getState().seal();
    };
    const onClipboard = (event: ClipboardEvent) => {
      const hasText = (getSelection()?.toString() ?? "") !== "" && event.type !== "paste";
      if (!isTaken(event) && !hasText) handleClipboardEvent(studio, event);
    };
    addEventListener("keydown", onKeyDown);
    addEventListener("keyup", onKeyUp);
    for (const type of ["copy", "cut", "paste"] as const) addEventListener(type, onClipboard);
    return () => {
      removeEventListener("keydown", onKeyDown);
      removeEventListener("keyup", onKeyUp);
      for (const type of ["copy", "cut", "paste"] as const) removeEventListener(type, onClipboard);
    };
  }, [studio, commands]);
}
