import { useTranslations } from "use-intl";
import { useDocumentState, useStudio } from "@/components/canvas/studio-context";
import { renameDocument } from "@/lib/workflow/commands/rename-document";

/** The workflow's name, edited in place. */
export function WorkflowName() {
  const t = useTranslations("studio");
  const { document } = useStudio();
  const name = useDocumentState((state) => state.document.name);
  return (
    <input
      key={name}
      aria-label={t("workflowName")}
      defaultValue={name}
      maxLength={200}
      size={Math.max(8, Math.min(48, name.length))}
      onBlur={(event) => {
        const value = event.target.value.trim();
        if (value === "") event.target.value = name;
        else document.getState().dispatch(renameDocument, { name: value });
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.value = name;
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
      className="h-7 max-w-80 min-w-0 truncate rounded bg-transparent px-1.5 text-base font-medium hover:bg-hover focus:bg-surface"
    />
  );
}
