import { canConnect, findInput } from "@/components/canvas/connection-rules";
import { addStep, duplicateSelection, removeSelection, nudgeSelection, copySelection, pasteText } from "@/components/canvas/studio-actions";
import { createStudioStore, type StudioStore } from "@/components/canvas/studio-store";
import { findStep } from "@/components/steps/step-catalogue";
import { createId } from "@/lib/core/ids";
import { connect } from "@/lib/workflow/commands/connect";
import { moveNodes } from "@/lib/workflow/commands/move-nodes";
import { createEmptyDocument, type WorkflowDocument } from "@/lib/workflow/document";

/** What a person does on the canvas, without a browser: gestures on the store. */
export class CanvasDriver {
  readonly store: StudioStore;

  constructor(document: WorkflowDocument = createEmptyDocument("Draft")) {
    this.store = createStudioStore(document);
  }

  get document(): WorkflowDocument {
    return this.store.getState().document;
  }

  /** Drags a step from the palette to a place; gives its id. */
  add(stepId: string, at = { x: 0, y: 0 }, params: Record<string, unknown> = {}): string {
    const step = findStep(stepId);
    if (!step) throw new Error(`There is no step ${stepId}`);
    return addStep(this.store, step, at, params);
  }

  /** Draws a wire. False where the canvas does not allow it. */
  wire(from: string, fromPort: string, to: string, toPort: string): boolean {
    const { document, nodesById, dispatch } = this.store.getState();
    const ends = { from: { node: from, port: fromPort }, to: { node: to, port: toPort } };
    if (!canConnect(document, nodesById, ends.from, ends.to)) return false;
    const takesMany = findInput(nodesById.get(to), toPort)?.many === true;
    dispatch(connect, { edge: { id: createId("e"), ...ends }, takesMany });
    return true;
  }

  drag(id: string, to: { x: number; y: number }): void {
    this.store.getState().dispatch(moveNodes, { positions: { [id]: to } });
  }

  select(...nodes: string[]): void {
    this.store.getState().select({ nodes, edges: [] });
  }

  duplicate(): void {
    duplicateSelection(this.store);
  }

  remove(): void {
    removeSelection(this.store);
  }

  /** Taps an arrow key and lets it go. */
  nudge(by: { x: number; y: number }, taps = 1): void {
    for (let tap = 0; tap < taps; tap++) nudgeSelection(this.store, by);
    this.store.getState().seal();
  }

  /** Copies the selection and pastes it into another canvas. */
  copyTo(other: CanvasDriver): boolean {
    const text = copySelection(this.store);
    return text !== null && pasteText(other.store, text, null);
  }

  undo(): void {
    this.store.getState().undo();
  }

  redo(): void {
    this.store.getState().redo();
  }
}
