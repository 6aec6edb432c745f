import {
  Background,
  BackgroundVariant,
  Controls,
  MiniMap,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore as useFlowInternals,
  type Connection,
  type FinalConnectionState,
} from "@xyflow/react";
import { useCallback, type DragEvent, type MouseEvent } from "react";
import { useTranslations } from "use-intl";
import { findStep } from "@/components/steps/step-catalogue";
import { createId } from "@/lib/core/ids";
import { connect } from "@/lib/workflow/commands/connect";
import { moveNodes } from "@/lib/workflow/commands/move-nodes";
import { CanvasEmpty } from "./canvas-empty";
import { CanvasMenu } from "./canvas-menu";
import { CarryEdge } from "./carry-edge";
import { canConnect, findInput } from "./connection-rules";
import type { FlowEdge, FlowNode } from "./flow-store";
import { GroupFrame } from "./group-frame";
import { NoteCard } from "./note-card";
import { GRID } from "./studio-actions";
import { StepNode } from "./step-node";
import { StepSearchBox } from "./step-search-box";
import { useDropOnCanvas } from "./use-drop-on-canvas";
import { useDocumentState, useFlowState, useStudio } from "./studio-context";
import { FIT } from "./use-studio-commands";
import { WireEdge } from "./wire-edge";

const nodeTypes = { step: StepNode, frame: GroupFrame, note: NoteCard };
const edgeTypes = { wire: WireEdge, carry: CarryEdge };
const SNAP: [number, number] = [GRID, GRID];
const MINIMAP = { width: 132, height: 88 };
/** Below these zooms a card shows its title only, then its state only. */
const LABEL_ZOOM = 0.5;
const DOT_ZOOM = 0.28;
/** From here on leaving out what is off the screen costs less than it saves. */
const MANY_NODES = 150;

const selectDetail = (state: { transform: [number, number, number] }) =>
  state.transform[2] < DOT_ZOOM ? "dot" : state.transform[2] < LABEL_ZOOM ? "label" : "card";

const minimapColor = (node: FlowNode) => (node.type === "frame" ? "var(--hover)" : node.selected ? "var(--accent)" : "var(--line-strong)");

function pointOf(event: MouseEvent | globalThis.MouseEvent | TouchEvent): { x: number; y: number } {
  if ("changedTouches" in event) {
    const touch = event.changedTouches.item(0);
    return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 };
  }
  return { x: event.clientX, y: event.clientY };
}

function useWiring() {
  const { document, view } = useStudio();
  const { screenToFlowPosition } = useReactFlow();
  const toEnds = ({ source, sourceHandle, target, targetHandle }: Connection | FlowEdge) => ({
    from: { node: source, port: sourceHandle ?? "" },
    to: { node: target, port: targetHandle ?? "" },
  });
  const isValidConnection = useCallback(
    (connection: Connection | FlowEdge) => {
      const { from, to } = toEnds(connection);
      const state = document.getState();
      return canConnect(state.document, state.nodesById, from, to);
    },
    [document],
  );
  const onConnect = useCallback(
    (connection: Connection) => {
      const { from, to } = toEnds(connection);
      const { nodesById, dispatch } = document.getState();
      const takesMany = findInput(nodesById.get(to.node), to.port)?.many === true;
      dispatch(connect, { edge: { id: createId("e"), from, to }, takesMany });
    },
    [document],
  );
  const onConnectEnd = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { fromNode, fromHandle, toNode } = state;
      if (state.isValid || toNode || !fromNode) return;
      const screen = pointOf(event);
      const wire = { node: fromNode.id, port: fromHandle.id ?? "", side: fromHandle.type };
      view.getState().openSearch({ screen, canvas: screenToFlowPosition(screen), wire });
    },
    [view, screenToFlowPosition],
  );
  return { isValidConnection, onConnect, onConnectEnd };
}

export function WorkflowCanvas() {
  const t = useTranslations("canvas");
  const studio = useStudio();
  const { screenToFlowPosition } = useReactFlow();
  const nodes = useFlowState((state) => state.nodes);
  const edges = useFlowState((state) => state.edges);
  const changeNodes = useFlowState((state) => state.changeNodes);
  const changeEdges = useFlowState((state) => state.changeEdges);
  const isEmpty = useDocumentState((state) => state.document.nodes.length + state.document.notes.length === 0);
  const detail = useFlowInternals(selectDetail);
  const wiring = useWiring();
  const drop = useDropOnCanvas();
  const commitMoves = useCallback(
    () => {
      // A frame has moved its steps along: where everything is now is what counts.
      const placed = studio.flow.getState().nodes.filter(({ type }) => type !== "frame");
      studio.document.getState().dispatch(moveNodes, { positions: Object.fromEntries(placed.map(({ id, position }) => [id, position])) });
    },
    [studio],
  );
  const openSearchAt = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || !event.target.classList.contains("react-flow__pane")) return;
    const screen = pointOf(event);
    studio.view.getState().openSearch({ screen, canvas: screenToFlowPosition(screen), wire: null });
  };
  return (
    <CanvasMenu>
      <div className="group/canvas relative h-full w-full" data-detail={detail}>
        <ReactFlow<FlowNode, FlowEdge>
          aria-label={t("canvas")}
          onDoubleClick={openSearchAt}
          onDragOver={(event: DragEvent) => {
            event.preventDefault();
          }}
          onDrop={drop}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={changeNodes}
          onEdgesChange={changeEdges}
          onNodeDragStop={commitMoves}
          onSelectionDragStop={commitMoves}
          {...wiring}
          snapToGrid
          snapGrid={SNAP}
          fitView
          fitViewOptions={FIT}
          minZoom={0.08}
          maxZoom={2}
          zoomOnDoubleClick={false}
          selectionOnDrag={false}
          selectionMode={SelectionMode.Partial}
          deleteKeyCode={null}
          disableKeyboardA11y
          onlyRenderVisibleElements={nodes.length > MANY_NODES}
          elevateNodesOnSelect={false}
        >
          <Background variant={BackgroundVariant.Dots} gap={GRID} size={1} />
          <Controls showInteractive={false} className="overflow-hidden rounded border border-line" />
          {nodes.length > 0 && <MiniMap<FlowNode> style={MINIMAP} pannable zoomable nodeColor={minimapColor} ariaLabel={t("minimap")} />}
        </ReactFlow>
        {isEmpty && <CanvasEmpty />}
        <StepSearchBox />
        <p className="sr-only" aria-live="polite">
          {nodes
            .filter((node) => node.selected)
            .map((node) => studio.document.getState().nodesById.get(node.id))
            .map((node) => (node ? `${node.title} (${findStep(node.step)?.category ?? ""})` : ""))
            .join(", ")}
        </p>
      </div>
    </CanvasMenu>
  );
}
