import { expect, test } from "vitest";
import { createEmptyDocument, createNode } from "./document";
import { arrangeNodes, CARD_HEIGHT, CARD_WIDTH } from "./layout";

const ids = ["a", "b", "c", "d"];
const document = {
  ...createEmptyDocument("Draft"),
  nodes: ids.map((id) => createNode({ id, step: "take", title: id, params: {}, position: { x: 48, y: 80 } })),
  edges: [
    ["a", "b"],
    ["a", "c"],
    ["b", "d"],
    ["c", "d"],
  ].map(([from = "", to = ""], index) => ({ id: String(index), from: { node: from, port: "output" }, to: { node: to, port: "input" } })),
};

test("edges go from left to right and no cards overlap", () => {
  const places = arrangeNodes(document);
  for (const edge of document.edges) expect(places[edge.to.node]?.x).toBeGreaterThan((places[edge.from.node]?.x ?? 0) + CARD_WIDTH);
  const [b, c] = [places["b"], places["c"]];
  expect(Math.abs((b?.y ?? 0) - (c?.y ?? 0))).toBeGreaterThanOrEqual(CARD_HEIGHT);
});

test("the top left corner stays", () => {
  const places = Object.values(arrangeNodes(document));
  expect(Math.min(...places.map(({ x }) => x))).toBe(48);
  expect(Math.min(...places.map(({ y }) => y))).toBe(80);
});
