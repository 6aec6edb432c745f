import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import type { FieldProps } from "../field-props";
import { useDraft } from "../use-draft";

const asText = (value: unknown) => (typeof value === "string" ? value : "");

export function TextField({ id, value, nullable, invalid, describedBy, onCommit }: FieldProps) {
  const draft = useDraft(asText(value), (text) => {
    onCommit(nullable && text === "" ? null : text);
  });
  return (
    <Input
      id={id}
      value={draft.text}
      invalid={invalid}
      aria-describedby={describedBy}
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

export function MultilineField({ id, value, nullable, invalid, describedBy, onCommit }: FieldProps) {
  const draft = useDraft(asText(value), (text) => {
    onCommit(nullable && text === "" ? null : text);
  });
  return (
    <Textarea
      id={id}
      rows={3}
      value={draft.text}
      invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => {
        draft.change(event.target.value);
      }}
      onBlur={draft.commit}
    />
  );
}
