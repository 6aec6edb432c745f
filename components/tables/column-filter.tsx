import { ListFilter } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { Select } from "@/components/ui/select";
import type { ColumnType } from "@/lib/steps/_sdk/columns";
import { filterOperators, type ColumnFilter, type HeaderOperator } from "./table-query";

interface ColumnFilterProps {
  column: string;
  type: ColumnType;
  filter: ColumnFilter | undefined;
  onChange: (filter: ColumnFilter | null) => void;
}

/** What was typed as a value of the column; text stays text. */
function readValue(text: string, type: ColumnType): string | number | boolean {
  if ((type === "integer" || type === "number") && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean") return text.trim().toLowerCase() === "true";
  return text;
}

function FilterForm({ column, type, filter, onDone }: ColumnFilterProps & { onDone: (filter: ColumnFilter | null) => void }) {
  const t = useTranslations("data.filter");
  const [operator, setOperator] = useState<HeaderOperator>(filter?.operator ?? (type === "text" ? "contains" : "eq"));
  const [value, setValue] = useState(String(filter?.value ?? ""));
  const needsValue = operator !== "isNull" && operator !== "notNull";
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onDone({ column, operator, value: readValue(value, type) });
      }}
    >
      <Select
        aria-label={t("operator")}
        value={operator}
        options={filterOperators.map((id) => ({ value: id, label: t(`operators.${id}`) }))}
        onChange={(next) => {
          setOperator(filterOperators.find((id) => id === next) ?? "contains");
        }}
      />
      {needsValue && (
        <Input
          aria-label={t("value")}
          placeholder={t("value")}
          value={value}
          onChange={(event) => {
            setValue(event.target.value);
          }}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button
          onClick={() => {
            onDone(null);
          }}
        >
          {t("clear")}
        </Button>
        <Button type="submit" variant="primary">
          {t("apply")}
        </Button>
      </div>
    </form>
  );
}

export function ColumnFilterButton(props: ColumnFilterProps) {
  const { column, filter, onChange } = props;
  const t = useTranslations("data.filter");
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t("label", { column })}
      trigger={
        <button
          type="button"
          aria-label={t("label", { column })}
          className={classNames(
            "flex size-5 shrink-0 items-center justify-center rounded-sm hover:bg-pressed",
            filter ? "text-accent" : "text-faint opacity-0 group-hover/head:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100",
          )}
        >
          <ListFilter size={12} aria-hidden />
        </button>
      }
    >
      <FilterForm
        {...props}
        onDone={(next) => {
          onChange(next);
          setOpen(false);
        }}
      />
    </Popover>
  );
}
