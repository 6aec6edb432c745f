import { z } from "zod";
import { useTranslations } from "use-intl";
import { getParamWords } from "@/components/steps/step-words";
import { Select } from "@/components/ui/select";
import type { FieldProps } from "../field-props";

/** Stands for null, which a list of texts cannot hold. */
const NOTHING = "\0nothing";

export function SelectField({ id, stepId, param, schema, nullable, value, invalid, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params");
  const words = getParamWords(stepId, param).options ?? {};
  const values = schema instanceof z.ZodEnum ? schema.options.map(String) : [];
  const options = values.map((option) => ({ value: option, label: words[option] ?? option }));
  return (
    <Select
      id={id}
      value={typeof value === "string" ? value : nullable ? NOTHING : ""}
      options={nullable ? [{ value: NOTHING, label: t("notSet") }, ...options] : options}
      placeholder={t("choose")}
      invalid={invalid}
      aria-describedby={describedBy}
      onChange={(next) => {
        onCommit(next === NOTHING ? null : next);
      }}
    />
  );
}
