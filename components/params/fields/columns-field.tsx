import { useTranslations } from "use-intl";
import type { FieldProps } from "../field-props";
import { StringListField } from "./string-list-field";

/** Several columns of the input, ticked; typed where the columns are not known yet. */
export function ColumnsField(props: FieldProps) {
  const { label, columns, value, describedBy, onCommit } = props;
  const t = useTranslations("params");
  if (!columns) return <StringListField {...props} />;
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const names = columns.map((column) => column.name);
  const gone = chosen.filter((name) => !names.includes(name));
  const toggle = (name: string) => {
    onCommit(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  };
  return (
    <div role="group" aria-label={label} aria-describedby={describedBy} className="flex max-h-56 flex-col overflow-auto rounded border p-1">
      {[...names, ...gone].map((name) => (
        <label key={name} className="flex h-7 shrink-0 items-center gap-2 rounded-sm px-1.5 text-sm hover:bg-hover">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={chosen.includes(name)}
            onChange={() => {
              toggle(name);
            }}
          />
          <span className={gone.includes(name) ? "truncate text-bad" : "truncate"}>
            {gone.includes(name) ? t("missingColumn", { column: name }) : name}
          </span>
        </label>
      ))}
    </div>
  );
}
