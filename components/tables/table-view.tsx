import { useState } from "react";
import { useTranslations } from "use-intl";
import { isApiError } from "@/components/api/api-error";
import { useApi } from "@/components/api/use-api";
import { useStudio, useViewState } from "@/components/canvas/studio-context";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { readTable } from "@/lib/contracts/tables";
import type { TableSource } from "./find-table";
import { TableGrid } from "./table-grid";
import { TableNotes } from "./table-notes";
import { emptyQuery, isNarrowed, type TableQuery } from "./table-query";

interface TableViewProps {
  label: string;
  source: TableSource;
  search: string;
  /** It is a table of the selected step. */
  isOwn: boolean;
}

const LIVE_MS = 1000;

/** A step's table, with the rows that are there so far. */
export function TableView({ label, source, search, isOwn }: TableViewProps) {
  const t = useTranslations("data");
  const { view } = useStudio();
  const row = useViewState((state) => state.data.row);
  const [narrowing, setNarrowing] = useState<TableQuery>(emptyQuery);
  const table = useApi(readTable, { params: { tableId: source.tableId } }, { refreshMs: source.isLive ? LIVE_MS : false, keepPrevious: true });
  const query = { ...narrowing, search };
  if (table.isPending) return <p className="p-4 text-sm text-muted">{t("loading")}</p>;
  if (table.isError) {
    if (isApiError(table.error, "table_missing") || isApiError(table.error, "not_found")) return <EmptyState title={t("emptyTitle")} text={t("goneText")} />;
    return (
      <div className="p-3">
        <Notice tone="bad">{table.error.message}</Notice>
      </div>
    );
  }
  return (
    <div className="flex h-full min-w-0 flex-1 flex-col">
      {!source.isCurrent && <p className="border-b bg-warn-soft px-3 py-1 text-xs text-warn">{t("outdated")}</p>}
      {isNarrowed(narrowing) && (
        <p className="flex items-center gap-2 border-b bg-accent-soft px-3 py-1 text-xs">
          {t("narrowed", { filters: narrowing.filters.length, sorts: narrowing.sort.length })}
          <Button
            variant="ghost"
            className="h-5 text-xs"
            onClick={() => {
              setNarrowing(emptyQuery);
            }}
          >
            {t("showAll")}
          </Button>
        </p>
      )}
      <TableNotes notes={table.data.notes} isOwn={isOwn} />
      <div className="min-h-0 flex-1">
        <TableGrid
          label={label}
          tableId={source.tableId}
          columns={table.data.columns}
          rows={table.data.rows}
          isLive={source.isLive}
          query={query}
          openRow={row?.tableId === source.tableId ? row.row : null}
          onQuery={setNarrowing}
          onOpenRow={(next) => {
            view.getState().showData({ row: { tableId: source.tableId, row: next } });
          }}
        />
      </div>
    </div>
  );
}
