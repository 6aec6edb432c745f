import { describe, expect, test } from "vitest";
import { CanvasDriver } from "@/tests/support/canvas-driver";

function drawTwo() {
  const canvas = new CanvasDriver();
  const first = canvas.add("type-table");
  const second = canvas.add("take", { x: 400, y: 0 });
  return { canvas, first, second };
}

describe("drawing", () => {
  test("steps are wired where the types fit, and never in a circle", () => {
    const { canvas, first, second } = drawTwo();
    expect(canvas.wire(first, "output", second, "input")).toBe(true);
    const third = canvas.add("take", { x: 800, y: 0 });
    expect(canvas.wire(second, "output", third, "input")).toBe(true);
    expect(canvas.wire(third, "output", second, "input")).toBe(false);
    expect(canvas.wire(first, "nowhere", third, "input")).toBe(false);
  });

  test("a new step does not cover another one, and its title is its own", () => {
    const canvas = new CanvasDriver();
    canvas.add("take");
    canvas.add("take");
    const [a, b] = canvas.document.nodes;
    expect(a?.position).not.toEqual(b?.position);
    expect(a?.title).not.toBe(b?.title);
  });

  test("a step is removed with its wires, and both come back", () => {
    const { canvas, first, second } = drawTwo();
    canvas.wire(first, "output", second, "input");
    const drawn = canvas.document;
    canvas.select(second);
    canvas.remove();
    expect(canvas.document.edges).toEqual([]);
    canvas.undo();
    expect(canvas.document).toEqual(drawn);
  });

  test("taps of an arrow key are one undo", () => {
    const { canvas, second } = drawTwo();
    const drawn = canvas.document;
    canvas.select(second);
    canvas.nudge({ x: 16, y: 0 }, 5);
    canvas.undo();
    expect(canvas.document).toEqual(drawn);
  });

  test("steps are pasted into another workflow with the wires between them", () => {
    const { canvas, first, second } = drawTwo();
    canvas.wire(first, "output", second, "input");
    canvas.select(first, second);
    const other = new CanvasDriver();
    expect(canvas.copyTo(other)).toBe(true);
    expect(other.document.nodes).toHaveLength(2);
    expect(other.document.edges).toHaveLength(1);
    expect(other.store.getState().selection.nodes).toHaveLength(2);
  });

  test("what is undone is not selected any more", () => {
    const canvas = new CanvasDriver();
    canvas.add("take");
    canvas.undo();
    expect(canvas.store.getState().selection.nodes).toEqual([]);
  });
});
