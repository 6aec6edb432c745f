import { Info } from "lucide-react";
import { useTranslations } from "use-intl";
import { useStudio } from "@/components/canvas/studio-context";
import type { StepNote } from "@/lib/contracts/step-note";

interface TableNotesProps {
  notes: readonly StepNote[];
  /** The settings beside the table are those of the step that made it. */
  isOwn: boolean;
}

/** What the step that made a table decided by itself, above the table; a click leads to the setting that decides otherwise. */
export function TableNotes({ notes, isOwn }: TableNotesProps) {
  const t = useTranslations("data");
  const { view } = useStudio();
  if (notes.length === 0) return null;
  return (
    <ul aria-label={t("notesLabel")} className="flex flex-wrap items-center gap-x-4 gap-y-0.5 border-b px-3 py-1 text-xs text-muted">
      {notes.map(({ code, data, param }) => (
        <li key={JSON.stringify([code, data])} className="flex items-center gap-1">
          <Info size={12} aria-hidden className="shrink-0" />
          <span>{t(`notes.${code as "encoding"}`, data as { encoding: string })}</span>
          {isOwn && param !== null && (
            <button
              type="button"
              className="rounded-sm text-accent hover:underline"
              onClick={() => {
                view.getState().reveal(param);
              }}
            >
              {t("decideOtherwise")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
