import { Check } from "lucide-react";
import { useTranslations } from "use-intl";
import { noteClasses } from "@/components/canvas/note-card";
import { useStudio } from "@/components/canvas/studio-context";
import { useDraft } from "@/components/params/use-draft";
import { classNames } from "@/components/ui/class-names";
import { Labelled } from "@/components/ui/labelled";
import { Textarea } from "@/components/ui/textarea";
import { editNote } from "@/lib/workflow/commands/edit-note";
import { noteColors, type WorkflowNote } from "@/lib/workflow/document";

/** The selected note: its text, for those who do not double-click, and its colour. */
export function NoteSettings({ note }: { note: WorkflowNote }) {
  const t = useTranslations("studio.note");
  const { document } = useStudio();
  const change = (changes: Partial<WorkflowNote>) => {
    document.getState().dispatch(editNote, { id: note.id, changes });
  };
  const draft = useDraft(note.text, (text) => {
    change({ text });
  });
  return (
    <section aria-label={t("label")} className="flex h-full flex-col gap-4 bg-surface px-4 py-3">
      <Labelled label={t("text")} help={t("textHelp")}>
        {({ id, describedBy }) => <Textarea id={id} aria-describedby={describedBy} rows={10} maxLength={20_000} value={draft.text} onChange={(event) => { draft.change(event.target.value); }} onBlur={draft.commit} />}
      </Labelled>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{t("color")}</legend>
        <div className="flex gap-2">
          {noteColors.map((color) => (
            <button
              key={color}
              type="button"
              aria-label={t(`colors.${color}`)}
              title={t(`colors.${color}`)}
              aria-pressed={note.color === color}
              onClick={() => {
                change({ color });
              }}
              className={classNames("flex size-7 items-center justify-center rounded border", noteClasses[color], note.color === color ? "border-accent" : "border-line-strong")}
            >
              {note.color === color && <Check size={14} aria-hidden />}
            </button>
          ))}
        </div>
      </fieldset>
    </section>
  );
}
