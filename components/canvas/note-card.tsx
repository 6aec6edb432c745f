import { NodeResizer, type NodeProps } from "@xyflow/react";
import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import { classNames } from "@/components/ui/class-names";
import { editNote } from "@/lib/workflow/commands/edit-note";
import type { WorkflowNote } from "@/lib/workflow/document";
import type { FlowNode } from "./flow-store";
import { useDocumentState, useStudio } from "./studio-context";

export const noteClasses: Record<WorkflowNote["color"], string> = {
  grey: "bg-raised",
  yellow: "bg-warn-soft",
  green: "bg-ok-soft",
  blue: "bg-accent-soft",
  red: "bg-bad-soft",
};

function NoteText({ note }: { note: WorkflowNote }) {
  const t = useTranslations("canvas.note");
  const { document } = useStudio();
  const [draft, setDraft] = useState<string | null>(note.text === "" ? "" : null);
  if (draft === null) {
    return (
      <div
        className="nowheel h-full overflow-auto px-3 py-2 text-base whitespace-pre-wrap"
        onDoubleClick={(event) => {
          event.stopPropagation();
          setDraft(note.text);
        }}
      >
        {note.text}
      </div>
    );
  }
  const commit = () => {
    document.getState().dispatch(editNote, { id: note.id, changes: { text: draft } });
    setDraft(null);
  };
  return (
    <textarea
      aria-label={t("text")}
      placeholder={t("placeholder")}
      value={draft}
      maxLength={20_000}
      className="nodrag nowheel h-full w-full resize-none bg-transparent px-3 py-2 text-base outline-none"
      ref={(element) => {
        if (element && element.ownerDocument.activeElement !== element) element.focus();
      }}
      onChange={(event) => {
        setDraft(event.target.value);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}

/** A person's note: a double click edits it, its corners size it. */
export const NoteCard = memo(function NoteCard({ id, selected }: NodeProps<FlowNode>) {
  const t = useTranslations("canvas.note");
  const { document } = useStudio();
  const note = useDocumentState((state) => state.document.notes.find((other) => other.id === id));
  if (!note) return null;
  return (
    <>
      <NodeResizer
        isVisible={selected}
        minWidth={96}
        minHeight={48}
        lineClassName="!border-accent"
        handleClassName="!size-2 !rounded-sm !border-accent !bg-surface"
        onResizeEnd={(_, { x, y, width, height }) => {
          document.getState().dispatch(editNote, { id, changes: { position: { x, y }, size: { width: Math.round(width), height: Math.round(height) } } });
        }}
      />
      <aside aria-label={t("label")} data-testid="note" className={classNames("h-full w-full rounded border", noteClasses[note.color], selected ? "border-accent" : "border-line")}>
        <NoteText note={note} />
      </aside>
    </>
  );
});
