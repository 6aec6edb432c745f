import { useTranslations } from "use-intl";
import { Input } from "@/components/ui/input";
import type { FieldProps } from "../field-props";
import { useDraft } from "../use-draft";

/** A number as typed: null for an empty field, `undefined` where it is no number. */
function parseNumber(text: string, isInteger: boolean): number | null | undefined {
  const trimmed = text.trim().replace(/[\s_]/g, "");
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isFinite(value) && (!isInteger || Number.isInteger(value)) ? value : undefined;
}

interface NumberFieldProps extends FieldProps {
  isInteger: boolean;
}

export function NumberField({ id, value, nullable, invalid, describedBy, isInteger, onCommit }: NumberFieldProps) {
  const t = useTranslations("params");
  const current = typeof value === "number" ? String(value) : "";
  const draft = useDraft(current, (text) => {
    const parsed = parseNumber(text, isInteger);
    if (parsed !== undefined && (parsed !== null || nullable)) onCommit(parsed);
  });
  const typed = parseNumber(draft.text, isInteger);
  return (
    <Input
      id={id}
      inputMode={isInteger ? "numeric" : "decimal"}
      value={draft.text}
      placeholder={nullable ? t("notSet") : ""}
      invalid={invalid || typed === undefined}
      aria-describedby={describedBy}
      className="tabular-nums"
      onChange={(event) => {
        draft.change(event.target.value);
      }}
      onBlur={draft.commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") draft.commit();
        if (event.key === "Escape") draft.reset();
      }}
    />
  );
}
