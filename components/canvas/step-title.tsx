import { useState } from "react";
import { useTranslations } from "use-intl";
import { renameNode } from "@/lib/workflow/commands/edit-node";
import type { WorkflowNode } from "@/lib/workflow/document";
import { useStudio } from "./studio-context";

/** A card's title; a double click edits it in place. */
export function StepTitle({ node }: { node: WorkflowNode }) {
  const t = useTranslations("canvas");
  const { document } = useStudio();
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <span
        className="min-w-0 flex-1 truncate font-medium"
        title={node.title}
        onDoubleClick={(event) => {
          event.stopPropagation();
          setDraft(node.title);
        }}
      >
        {node.title}
      </span>
    );
  }
  const commit = () => {
    if (draft.trim() !== "") document.getState().dispatch(renameNode, { id: node.id, title: draft.trim() });
    setDraft(null);
  };
  return (
    <input
      aria-label={t("stepTitle")}
      value={draft}
      className="nodrag min-w-0 flex-1 rounded-sm border border-accent bg-surface px-1 font-medium outline-none"
      ref={(element) => {
        if (element && element.ownerDocument.activeElement !== element) element.select();
      }}
      onChange={(event) => {
        setDraft(event.target.value);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}
