import { useTranslations } from "use-intl";
import { Select } from "@/components/ui/select";
import type { FieldProps } from "../field-props";
import { TextField } from "./text-field";

const NOTHING = "\0nothing";

/** One column of the input: from a list where the columns are known, else typed. */
export function ColumnField(props: FieldProps) {
  const { id, columns, nullable, value, invalid, describedBy, onCommit } = props;
  const t = useTranslations("params");
  if (!columns) return <TextField {...props} />;
  const current = typeof value === "string" ? value : "";
  const names = columns.map((column) => column.name);
  const options = names.map((name) => ({ value: name, label: name }));
  // A column that is gone stays visible, so that one sees what is wrong.
  if (current !== "" && !names.includes(current)) options.push({ value: current, label: t("missingColumn", { column: current }) });
  return (
    <Select
      id={id}
      value={current === "" && nullable ? NOTHING : current}
      options={nullable ? [{ value: NOTHING, label: t("noColumn") }, ...options] : options}
      placeholder={t("chooseColumn")}
      invalid={invalid}
      aria-describedby={describedBy}
      onChange={(next) => {
        onCommit(next === NOTHING ? null : next);
      }}
    />
  );
}
