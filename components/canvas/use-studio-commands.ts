import { useReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { fireClipboardEvent } from "@/components/ui/copy-text";
import { showToast } from "@/components/ui/toast-store";
import type { RunTarget } from "@/lib/contracts/runs";
import { modelsOf } from "@/lib/workflow/commands/replace-model";
import { isActive } from "./run-store";
import {
  addNoteAt,
  arrangeSelection,
  copySelection,
  duplicateSelection,
  groupSelection,
  pasteText,
  removeSelection,
  selectAll,
  toggleCacheOfSelection,
  toggleSelection,
  ungroupSelection,
} from "./studio-actions";
import { useDocumentState, useRunState, useStudio, type Studio } from "./studio-context";

export const FIT = { padding: 0.08, maxZoom: 1 };

export interface StudioCommand {
  id: string;
  label: string;
  shortcut?: string;
  disabled: boolean;
  /** `at`: canvas pixels, where it was asked for on the canvas. */
  run: (at?: { x: number; y: number }) => void;
}

const reportFailure = (error: unknown) => {
  showToast("bad", error instanceof Error ? error.message : String(error));
};

export function startRunOf(studio: Studio, target: RunTarget): void {
  if (isActive(studio.run.getState().run) || studio.run.getState().starting) return;
  studio.runs.start(target).catch(reportFailure);
}

/** Runs the steps again that lost rows; the replies that came are in the cache. */
export function retryFailedOf(studio: Studio): void {
  if (isActive(studio.run.getState().run) || studio.run.getState().starting) return;
  studio.runs.start({ kind: "all" }, true).catch(reportFailure);
}

export function pauseRunOf(studio: Studio): void {
  studio.runs.pause().catch(reportFailure);
}

export function resumeRunOf(studio: Studio): void {
  studio.runs.resume().catch(reportFailure);
}

export function cancelRunOf(studio: Studio): void {
  studio.runs.cancel().catch(reportFailure);
}

function pasteAt(studio: Studio, at: { x: number; y: number } | undefined, refused: string): void {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) {
    showToast("info", refused);
    return;
  }
  clipboard
    .readText()
    .then((text) => {
      pasteText(studio.document, text, at ?? null);
    })
    .catch(() => {
      showToast("info", refused);
    });
}

/** Everything that can be done on the canvas, for menus, palette and shortcut sheet alike. */
export function useStudioCommands(): StudioCommand[] {
  const t = useTranslations("canvas.commands");
  const studio = useStudio();
  const { fitView, screenToFlowPosition } = useReactFlow();
  const selected = useDocumentState((state) => state.selection.nodes);
  const selectedEdges = useDocumentState((state) => state.selection.edges.length);
  const selectedFrames = useDocumentState((state) => state.selection.frames.length);
  const isGrouped = useDocumentState((state) => state.document.groups.some(({ id }) => state.selection.frames.includes(id)) || state.selection.nodes.some((id) => (state.nodesById.get(id)?.group ?? null) !== null));
  const canUndo = useDocumentState((state) => state.history.undo.length + state.history.pending.length > 0);
  const canRedo = useDocumentState((state) => state.history.redo.length > 0);
  const isEmpty = useDocumentState((state) => state.document.nodes.length + state.document.notes.length === 0);
  const hasModel = useDocumentState((state) => state.document.nodes.some((node) => modelsOf(node).length > 0));
  const active = useRunState((state) => isActive(state.run));
  const state = useRunState((current) => current.run?.state);
  const hasFailed = useRunState((state) => state.run?.steps.some((step) => step.failed > 0) === true);
  return useMemo(() => {
    const { document, view } = studio;
    const noStep = selected.length === 0;
    const none = noStep && selectedFrames === 0;
    const only = selected.length === 1 ? selected[0] : undefined;
    const make = (id: Parameters<typeof t>[0], shortcut: string, disabled: boolean, run: StudioCommand["run"]): StudioCommand => ({
      id,
      label: t(id),
      disabled,
      run,
      ...(shortcut === "" ? {} : { shortcut }),
    });
    const target = (kind: "to" | "only" | "from") => () => {
      if (only) startRunOf(studio, { kind, nodeId: only });
    };
    return [
      make("run", "Ctrl ⏎", isEmpty || active, () => {
        startRunOf(studio, { kind: "all" });
      }),
      make("run-to", "Ctrl ⇧ ⏎", !only || active, target("to")),
      make("run-step", "", !only || active, target("only")),
      make("run-from", "", !only || active, target("from")),
      make("retry-failed", "", active || !hasFailed, () => {
        retryFailedOf(studio);
      }),
      make("pause", "", state !== "running", () => {
        pauseRunOf(studio);
      }),
      make("resume", "", state !== "paused", () => {
        resumeRunOf(studio);
      }),
      make("cancel", "", !active, () => {
        cancelRunOf(studio);
      }),
      make("undo", "Ctrl Z", !canUndo, () => {
        document.getState().undo();
      }),
      make("redo", "Ctrl ⇧ Z", !canRedo, () => {
        document.getState().redo();
      }),
      make("copy", "Ctrl C", none, () => {
        fireClipboardEvent("copy");
      }),
      make("cut", "Ctrl X", none, () => {
        fireClipboardEvent("cut");
      }),
      make("paste", "Ctrl V", false, (at) => {
        pasteAt(studio, at, t("pasteByKey"));
      }),
      make("duplicate", "Ctrl D", none, () => {
        duplicateSelection(document);
      }),
      make("select-all", "Ctrl A", isEmpty, () => {
        selectAll(document);
      }),
      make("toggle", "M", noStep, () => {
        toggleSelection(document);
      }),
      make("cache", "", noStep, () => {
        toggleCacheOfSelection(document);
      }),
      make("group", "Ctrl G", noStep, () => {
        groupSelection(document, t("groupTitle"));
      }),
      make("ungroup", "Ctrl ⇧ G", !isGrouped, () => {
        ungroupSelection(document);
      }),
      make("note", "N", false, (at) => {
        addNoteAt(document, at ?? screenToFlowPosition({ x: innerWidth / 2, y: innerHeight / 3 }));
      }),
      make("delete", "Del", none && selectedEdges === 0, () => {
        removeSelection(document);
      }),
      make("layout", "L", isEmpty, () => {
        arrangeSelection(document);
        requestAnimationFrame(() => void fitView(FIT));
      }),
      make("fit", "F", isEmpty, () => void fitView(FIT)),
      make("search", "/", false, (at) => {
        const screen = { x: innerWidth / 2 - 144, y: innerHeight / 4 };
        view.getState().openSearch({ screen, canvas: at ?? { x: 0, y: 0 }, wire: null });
      }),
      make("palette", "B", false, () => {
        view.getState().togglePanel("palette");
      }),
      make("inspector", "I", false, () => {
        view.getState().togglePanel("inspector");
      }),
      make("data", "J", false, () => {
        view.getState().togglePanel("data");
      }),
      make("data-full", "⇧ J", false, () => {
        const { fullScreen, setFullScreen } = view.getState();
        setFullScreen(fullScreen === "data" ? null : "data");
      }),
      make("canvas-full", "⇧ F", false, () => {
        const { fullScreen, setFullScreen } = view.getState();
        setFullScreen(fullScreen === "canvas" ? null : "canvas");
      }),
      make("replace-model", "", !hasModel, () => {
        view.getState().openDialog("replace-model");
      }),
      make("versions", "", false, () => {
        view.getState().openDialog("versions");
      }),
      make("shortcuts", "?", false, () => {
        view.getState().openDialog("shortcuts");
      }),
    ];
  }, [studio, t, fitView, screenToFlowPosition, selected, selectedEdges, selectedFrames, isGrouped, canUndo, canRedo, isEmpty, hasModel, active, state, hasFailed]);
}

/** Puts the selection on the clipboard of a copy or cut event. */
export function handleClipboardEvent(studio: Studio, event: ClipboardEvent): void {
  if (event.type === "paste") {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (pasteText(studio.document, text, null)) event.preventDefault();
    return;
  }
  const text = copySelection(studio.document);
  if (text === null) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  if (event.type === "cut") removeSelection(studio.document);
}
