import { expect, test } from "vitest";
import { copyGraph, pickGraph, readClipboardText, writeClipboardText } from "./clipboard";
import { createEmptyDocument, createNode } from "./document";

const node = (id: string) => createNode({ id, step: "take", title: id, params: { count: 3 } });
const document = {
  ...createEmptyDocument("Draft"),
  nodes: [node("a"), node("b"), node("c")],
  edges: [
    { id: "1", from: { node: "a", port: "output" }, to: { node: "b", port: "input" } },
    { id: "2", from: { node: "b", port: "output" }, to: { node: "c", port: "input" } },
  ],
};

test("steps go through the clipboard with the edges between them, under new ids", () => {
  const picked = readClipboardText(writeClipboardText(pickGraph(document, new Set(["a", "b"]))));
  if (!picked) throw new Error("not read back");
  const copy = copyGraph(picked, { x: 16, y: 16 });
  expect(copy.nodes.map(({ title, params, position }) => ({ title, params, position }))).toEqual([
    { title: "a", params: { count: 3 }, position: { x: 16, y: 16 } },
    { title: "b", params: { count: 3 }, position: { x: 16, y: 16 } },
  ]);
  expect(copy.edges).toHaveLength(1);
  expect(copy.edges[0]?.from.node).toBe(copy.nodes[0]?.id);
  expect(copy.nodes[0]?.id).not.toBe("a");
});

test("other text is not taken for steps", () => {
  expect(readClipboardText("hello")).toBeNull();
  expect(readClipboardText('{"nodes":[]}')).toBeNull();
});
