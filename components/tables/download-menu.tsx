import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import { makeApiUrl } from "@/components/api/make-api-url";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import { downloadTable } from "@/lib/contracts/tables";

/** The whole table as a file. */
export function DownloadMenu({ tableId }: { tableId: string }) {
  const t = useTranslations("data.download");
  const link = (id: "parquet" | "jsonl" | "csv" | "sheet" | "xlsx") => ({
    kind: "link" as const,
    id,
    label: t(id),
    href: makeApiUrl(downloadTable, {
      params: { tableId },
      query: id === "sheet" ? { format: "csv", spreadsheetSafe: "true" } : { format: id },
    }),
  });
  return (
    <Menu
      trigger={
        <IconButton label={t("label")}>
          <Download size={14} />
        </IconButton>
      }
      entries={[link("parquet"), link("jsonl"), link("csv"), link("sheet"), link("xlsx")]}
    />
  );
}
