import { Copy } from "lucide-react";
import { useTranslations } from "use-intl";
import { copyText } from "@/components/ui/copy-text";
import { IconButton } from "@/components/ui/icon-button";
import { showToast } from "@/components/ui/toast-store";
import type { Column } from "@/lib/steps/_sdk/columns";
import { ColumnIcon } from "./column-icon";

function asText(value: unknown): string {
  return typeof value === "string" ? value : value === null || value === undefined ? "null" : JSON.stringify(value, null, 2);
}

/** Every cell of a row, uncut. */
export function RowCells({ values, columns }: { values: Record<string, unknown>; columns: Column[] }) {
  const t = useTranslations("data.row");
  const tUi = useTranslations("ui");
  const types = new Map(columns.map((column) => [column.name, column.type]));
  return (
    <dl className="flex flex-col gap-3">
      {Object.entries(values).map(([name, value]) => (
        <div key={name} className="group">
          <dt className="flex h-6 items-center gap-1.5 text-xs text-muted">
            <ColumnIcon type={types.get(name) ?? "unknown"} />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <IconButton
              label={t("copyCell", { column: name })}
              className="size-6 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
              onClick={() => {
                copyText(asText(value));
                showToast("info", tUi("copied"));
              }}
            >
              <Copy size={12} />
            </IconButton>
          </dt>
          <dd
            className={
              typeof value === "string"
                ? "break-words whitespace-pre-wrap"
                : value === null || value === undefined
                  ? "text-faint italic"
                  : "font-mono text-xs break-words whitespace-pre-wrap"
            }
          >
            {asText(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
