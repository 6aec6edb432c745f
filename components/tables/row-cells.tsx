import { Copy } from "lucide-react";
import { useTranslations } from "use-intl";
import { copyText } from "@/components/ui/copy-text";
import { IconButton } from "@/components/ui/icon-button";
import { showToast } from "@/components/ui/toast-store";
import type { Column } from "@/lib/steps/_sdk/columns";
import { ColumnIcon } from "./column-icon";
import { Conversation } from "./conversation";
import { formatCell } from "./format-cell";
import { isConversation } from "./read-turns";

function asText(value: unknown): string {
  return typeof value === "string" ? value : value === null || value === undefined ? "null" : JSON.stringify(value, null, 2);
}

/** First signs of the Base64 of the formats that browsers show. */
const imageKinds: [string, string][] = [
  ["iVBOR", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
];

/** Address of an image's bytes; null for a format that is not shown. */
function imageUrl(value: unknown): string | null {
  const bytes = typeof value === "object" && value !== null && "bytes" in value && typeof value.bytes === "string" ? value.bytes : "";
  const kind = imageKinds.find(([start]) => bytes.startsWith(start))?.[1];
  return kind ? `data:${kind};base64,${bytes}` : null;
}

function CellBody({ value, type }: { value: unknown; type: Column["type"] }) {
  if (value === null || value === undefined) return <dd className="text-faint italic">null</dd>;
  if (isConversation(value, type)) {
    return (
      <dd>
        <Conversation value={value} />
      </dd>
    );
  }
  const image = type === "image" ? imageUrl(value) : null;
  if (image !== null) {
    return (
      <dd>
        <img src={image} alt={formatCell(value, type)} className="max-h-96 max-w-full rounded border" />
      </dd>
    );
  }
  return <dd className={typeof value === "string" ? "break-words whitespace-pre-wrap" : "font-mono text-xs break-words whitespace-pre-wrap"}>{asText(value)}</dd>;
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
          <CellBody value={value} type={types.get(name) ?? "unknown"} />
        </div>
      ))}
    </dl>
  );
}
