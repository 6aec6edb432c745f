import { useTranslations } from "use-intl";
import { useStudio } from "@/components/canvas/studio-context";
import { useDraft } from "@/components/params/use-draft";
import { renameNode } from "@/lib/workflow/commands/edit-node";
import type { WorkflowNode } from "@/lib/workflow/document";

export function NodeName({ node }: { node: WorkflowNode }) {
  const t = useTranslations("canvas");
  const { document } = useStudio();
  const draft = useDraft(node.title, (title) => {
    if (title.trim() !== "") document.getState().dispatch(renameNode, { id: node.id, title: title.trim() });
  });
  return (
    <input
      aria-label={t("stepTitle")}
      value={draft.text}
      maxLength={200}
      onChange={(event) => {
        draft.change(event.target.value);
      }}
      onBlur={draft.commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") draft.reset();
      }}
      className="h-7 min-w-0 flex-1 rounded bg-transparent px-1 text-base font-semibold hover:bg-hover focus:bg-surface"
    />
  );
}
