import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { z } from "zod";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import type { FieldProps } from "../field-props";
import { ColumnField } from "./column-field";

const sortKeys = z.array(z.object({ column: z.string(), descending: z.boolean() }));

/** Columns to sort by, the first one first. */
export function SortKeysField(props: FieldProps) {
  const { id, columns, value, onCommit } = props;
  const t = useTranslations("params");
  const parsed = sortKeys.safeParse(value);
  const keys = parsed.success ? parsed.data : [];
  const replace = (index: number, key: Partial<(typeof keys)[number]>) => {
    onCommit(keys.map((other, at) => (at === index ? { ...other, ...key } : other)));
  };
  return (
    <div className="flex flex-col gap-1">
      {keys.map((key, index) => (
        <div key={`${String(index)}-${key.column}`} className="flex items-center gap-1">
          <div className="min-w-0 flex-1">
            <ColumnField
              {...props}
              id={`${id}-${String(index)}`}
              nullable={false}
              value={key.column}
              onCommit={(column) => {
                replace(index, { column: String(column) });
              }}
            />
          </div>
          <Button
            size="md"
            onClick={() => {
              replace(index, { descending: !key.descending });
            }}
          >
            {key.descending ? <ArrowDown size={13} aria-hidden /> : <ArrowUp size={13} aria-hidden />}
            {key.descending ? t("descending") : t("ascending")}
          </Button>
          <IconButton
            label={t("removeItem", { item: key.column })}
            onClick={() => {
              onCommit(keys.filter((_, at) => at !== index));
            }}
          >
            <X size={13} />
          </IconButton>
        </div>
      ))}
      <Button
        className="self-start"
        onClick={() => {
          const free = columns?.find((column) => !keys.some((key) => key.column === column.name));
          onCommit([...keys, { column: free?.name ?? "", descending: false }]);
        }}
      >
        <Plus size={13} aria-hidden />
        {t("addSortKey")}
      </Button>
    </div>
  );
}
