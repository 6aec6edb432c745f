import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addNode } from "./commands/add-node";
import { connect } from "./commands/connect";
import type { Command } from "./commands/command";
import { renameNode, setParams, toggleCache, toggleDisabled } from "./commands/edit-node";
import { groupNodes, setRoundParams, ungroupNodes } from "./commands/edit-group";
import { addNote, editNote } from "./commands/edit-note";
import { insertGraph } from "./commands/insert-graph";
import { moveNodes, nudgeNodes } from "./commands/move-nodes";
import { applyPatches } from "./commands/patch";
import { removeElements } from "./commands/remove-elements";
import { renameDocument } from "./commands/rename-document";
import { createEmptyDocument, createNode, type WorkflowDocument, type WorkflowGroup } from "./document";
import { emptyHistory, recordChange, redoChange, sealPending, undoChange, type History } from "./history";

interface State {
  document: WorkflowDocument;
  history: History;
}
type Action = (state: State) => State;

function run<Args>(command: Command<Args>, args: Args): Action {
  return ({ document, history }) => {
    const applied = applyPatches(document, command.plan(document, args));
    return { document: applied.document, history: recordChange(history, applied.inverse, command.capture) };
  };
}

const makeGroup = (id: string, node: string): WorkflowGroup => ({
  id,
  title: id,
  repeat: { rounds: 3, carries: [{ from: { node, port: "output" }, to: { node, port: "input" } }], stop: null, result: "all", varies: [{ node, param: "count", values: { "2": 1 } }] },
  sweep: null,
});
const makeNode = (id: string) => createNode({ id, step: "take", title: id, params: {} });
const makeEdge = (id: string, from: string, to: string) => ({ id, from: { node: from, port: "output" }, to: { node: to, port: "input" } });

const nodeId = fc.constantFrom("a", "b", "c", "d");
const position = fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) });
let made = 0;
const action: fc.Arbitrary<Action> = fc.oneof(
  nodeId.map((id): Action => (state) => (state.document.nodes.some((node) => node.id === id) ? state : run(addNode, { node: makeNode(id) })(state))),
  fc.tuple(nodeId, nodeId, fc.boolean()).map(
    ([from, to, takesMany]): Action =>
      (state) =>
        run(connect, { edge: makeEdge(`e${String((made += 1))}`, from, to), takesMany })(state),
  ),
  fc.subarray(["a", "b", "c", "d"]).map((nodes) => run(removeElements, { nodes, edges: [], frames: [] })),
  fc.tuple(nodeId, position).map(([id, to]) => run(moveNodes, { positions: { [id]: to } })),
  fc.tuple(nodeId, position).map(([id, to]) => run(nudgeNodes, { positions: { [id]: to } })),
  fc.tuple(nodeId, fc.string()).map(([id, title]) => run(renameNode, { id, title })),
  fc.tuple(nodeId, fc.integer()).map(([id, count]) => run(setParams, { id, params: { count } })),
  fc.subarray(["a", "b", "c"]).map((ids) => run(toggleDisabled, { ids })),
  fc.string().map((name) => run(renameDocument, { name })),
  fc.subarray(["a", "b", "c"]).map((ids) => run(toggleCache, { ids })),
  fc.subarray(["a", "b", "c"], { minLength: 1 }).map((ids): Action => (state) => run(groupNodes, { ids, group: makeGroup(`g${String((made += 1))}`, ids[0] ?? "") })(state)),
  fc.subarray(["a", "b", "c"]).map((ids) => run(ungroupNodes, { ids })),
  fc.tuple(nodeId, fc.integer({ min: 1, max: 3 }), fc.option(fc.integer(), { nil: undefined })).map(
    ([id, round, count]): Action =>
      (state) => {
        const node = state.document.nodes.find((other) => other.id === id);
        return node ? run(setRoundParams, { node, round, params: { count } })(state) : state;
      },
  ),
  position.map((at): Action => (state) => run(addNote, { note: { id: `n${String((made += 1))}`, text: "", position: at, size: { width: 200, height: 100 }, color: "yellow" } })(state)),
  fc.tuple(fc.nat(50), fc.string()).map(([number, text]) => run(editNote, { id: `n${String(number)}`, changes: { text } })),
  fc.nat(50).map((number) => run(removeElements, { nodes: [], edges: [], frames: [`n${String(number)}`, `g${String(number)}`] })),
  nodeId.map(
    (): Action => (state) => {
      made += 1;
      const id = `p${String(made)}`;
      return run(insertGraph, { nodes: [makeNode(id)], edges: [makeEdge(`pe${String(made)}`, id, id)] })(state);
    },
  ),
);

function undoAll(state: State): State {
  const step = undoChange(state.document, state.history);
  return step ? undoAll(step) : state;
}
function redoAll(state: State): State {
  const step = redoChange(state.document, state.history);
  return step ? redoAll(step) : state;
}

describe("history", () => {
  test("undo of any sequence gives the original, redo gives it back", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const original = createEmptyDocument("Draft");
        const end = actions.reduce<State>((state, act) => act(state), { document: original, history: emptyHistory });
        const undone = undoAll(end);
        expect(undone.document).toEqual(original);
        expect(redoAll(undone).document).toEqual(end.document);
      }),
    );
  });

  test("taps of an arrow key are one undo", () => {
    const start: State = { document: { ...createEmptyDocument("Draft"), nodes: [makeNode("a")] }, history: emptyHistory };
    const nudged = [1, 2, 3].reduce((state, x) => run(nudgeNodes, { positions: { a: { x, y: 0 } } })(state), start);
    const sealed = { ...nudged, history: sealPending(nudged.history) };
    expect(sealed.history.undo).toHaveLength(1);
    expect(undoAll(sealed).document).toEqual(start.document);
  });

  test("a change that changes nothing is no undo", () => {
    const start: State = { document: { ...createEmptyDocument("Draft"), nodes: [makeNode("a")] }, history: emptyHistory };
    expect(run(renameNode, { id: "a", title: "a" })(start).history.undo).toHaveLength(0);
  });

  test("an edge into a port that takes one takes the place of the other", () => {
    const nodes = ["a", "b", "c"].map(makeNode);
    const start: State = { document: { ...createEmptyDocument("Draft"), nodes, edges: [makeEdge("e", "a", "c")] }, history: emptyHistory };
    const end = run(connect, { edge: makeEdge("f", "b", "c"), takesMany: false })(start);
    expect(end.document.edges.map((edge) => edge.id)).toEqual(["f"]);
    expect(undoAll(end).document).toEqual(start.document);
  });
});
