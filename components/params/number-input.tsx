import { useTranslations } from "use-intl";
import { Input } from "@/components/ui/input";
import { useDraft } from "./use-draft";

/** A number as typed: null for an empty field, `undefined` where it is no number. */
function parseNumber(text: string, isInteger: boolean): number | null | undefined {
  const trimmed = text.trim().replace(/[\s_]/g, "");
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isFinite(value) && (!isInteger || Number.isInteger(value)) ? value : undefined;
}

interface NumberInputProps {
  id: string;
  value: number | null;
  isInteger: boolean;
  /** An empty field is null; else it keeps what was there. */
  nullable?: boolean;
  min?: number;
  max?: number;
  invalid?: boolean;
  describedBy: string;
  onCommit: (value: number | null) => void;
}

/** A number that is committed as a whole: on Enter, or when the field is left. */
export function NumberInput({ id, value, isInteger, nullable = false, min = -Infinity, max = Infinity, invalid = false, describedBy, onCommit }: NumberInputProps) {
  const t = useTranslations("params");
  const isFit = (number: number | null | undefined) => number !== undefined && (number === null ? nullable : number >= min && number <= max);
  const draft = useDraft(value === null ? "" : String(value), (text) => {
    const parsed = parseNumber(text, isInteger);
    if (parsed !== undefined && isFit(parsed)) onCommit(parsed);
  });
  const typed = parseNumber(draft.text, isInteger);
  return (
    <Input
      id={id}
      inputMode={isInteger ? "numeric" : "decimal"}
      value={draft.text}
      placeholder={nullable ? t("notSet") : ""}
      invalid={invalid || (typed !== null && !isFit(typed))}
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
