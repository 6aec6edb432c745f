import { useReactFlow } from "@xyflow/react";
import { ContextMenu as Primitive } from "radix-ui";
import { useState, type MouseEvent, type ReactNode } from "react";
import { Kbd } from "@/components/ui/kbd";
import { classNames } from "@/components/ui/class-names";
import { menuItemClass, menuSurfaceClass } from "@/components/ui/menu-item";
import { useStudio } from "./studio-context";
import { useStudioCommands, type StudioCommand } from "./use-studio-commands";

/** Which commands a right click offers, by what is selected. */
const onSelection = ["run-to", "run-step", "run-from", "copy", "cut", "duplicate", "toggle", "cache", "group", "ungroup", "replace-model", "layout", "delete"];
const onCanvas = ["search", "note", "paste", "select-all", "undo", "redo", "layout", "fit", "run"];

function Item({ command, at }: { command: StudioCommand; at: { x: number; y: number } }) {
  return (
    <Primitive.Item
      disabled={command.disabled}
      onSelect={() => {
        command.run(at);
      }}
      className={classNames(menuItemClass, command.id === "delete" && "text-bad")}
    >
      <span className="flex-1">{command.label}</span>
      {command.shortcut && <Kbd>{command.shortcut}</Kbd>}
    </Primitive.Item>
  );
}

function Items({ at }: { at: { x: number; y: number } }) {
  const studio = useStudio();
  const commands = useStudioCommands();
  const { nodes, edges, frames } = studio.document.getState().selection;
  const ids = nodes.length + edges.length + frames.length > 0 ? onSelection : onCanvas;
  return ids.map((id) => {
    const command = commands.find((other) => other.id === id);
    return command && <Item key={id} command={command} at={at} />;
  });
}

/** Right click: on a card it is selected first, on empty canvas nothing is. */
export function CanvasMenu({ children }: { children: ReactNode }) {
  const { document } = useStudio();
  const { screenToFlowPosition } = useReactFlow();
  const [at, setAt] = useState({ x: 0, y: 0 });
  const onContextMenu = (event: MouseEvent) => {
    setAt(screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    const target = event.target instanceof Element ? event.target : null;
    const node = target?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
    const edge = target?.closest<HTMLElement>(".react-flow__edge")?.dataset["id"];
    const { selection, select, nodesById } = document.getState();
    if (node && !selection.nodes.includes(node) && !selection.frames.includes(node)) select(nodesById.has(node) ? { nodes: [node] } : { frames: [node] });
    if (edge && !selection.edges.includes(edge)) select({ nodes: [], edges: [edge] });
    if (!node && !edge) select({ nodes: [], edges: [] });
  };
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild onContextMenu={onContextMenu}>
        <div className="h-full w-full">{children}</div>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content collisionPadding={8} className={menuSurfaceClass}>
          <Items at={at} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
