import { useTranslations } from "use-intl";
import { Notice } from "@/components/ui/notice";
import type { Training } from "./training-facts";

/** What a person should know of a training: how its cells were read, what was made smaller, where it went on from. */
export function TrainingNotes({ training }: { training: Training }) {
  const t = useTranslations("models.notes");
  type Code = Parameters<typeof t.has>[0];
  const notes = training.progress?.notes ?? [];
  return notes.map(({ code, data }) => {
    const values = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, typeof value === "number" ? value : String(value)]));
    return (
      <Notice key={`${code} ${JSON.stringify(data)}`} tone="info">
        {t.has(code as Code) ? t(code as Code, values as Parameters<typeof t>[1]) : code}
      </Notice>
    );
  });
}
