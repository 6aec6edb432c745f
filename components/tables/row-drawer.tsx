import { ChevronDown, ChevronUp, Link2, X } from "lucide-react";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { useStudio, useViewState } from "@/components/canvas/studio-context";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import { copyText } from "@/components/ui/copy-text";
import { showToast } from "@/components/ui/toast-store";
import { readRow, readTable } from "@/lib/contracts/tables";
import { CallDetail } from "./call-detail";
import { RowCells } from "./row-cells";

interface DrawerProps {
  tableId: string;
  row: number;
}

function useRowKeys(move: (by: number) => void, close: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isField = event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable=true], [role=menu]") !== null;
      if (isField) return;
      const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (by === undefined && event.key !== "Escape") return;
      // The canvas below would nudge the selected card.
      event.preventDefault();
      event.stopPropagation();
      if (by === undefined) close();
      else move(by);
    };
    addEventListener("keydown", onKeyDown, true);
    return () => {
      removeEventListener("keydown", onKeyDown, true);
    };
  }, [move, close]);
}

function Drawer({ tableId, row }: DrawerProps) {
  const t = useTranslations("data.row");
  const tUi = useTranslations("ui");
  const { view } = useStudio();
  const table = useApi(readTable, { params: { tableId } });
  const detail = useApi(readRow, { params: { tableId, row } }, { keepPrevious: true });
  const last = (table.data?.rows ?? 1) - 1;
  const close = () => {
    view.getState().showData({ row: null });
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(last, row + by));
    if (next !== row) view.getState().showData({ row: { tableId, row: next } });
  };
  useRowKeys(move, close);
  return (
    <aside
      aria-label={t("title", { row: row + 1 })}
      className="fixed inset-y-0 right-0 z-30 flex w-[min(560px,100vw)] flex-col border-l border-line-strong bg-surface shadow-float"
    >
      <header className="flex h-11 shrink-0 items-center gap-1 border-b px-3">
        <h2 className="flex-1 text-base font-semibold">{t("title", { row: row + 1 })}</h2>
        <IconButton label={t("previous")} shortcut="↑" disabled={row === 0} onClick={() => { move(-1); }}>
          <ChevronUp size={15} />
        </IconButton>
        <IconButton label={t("next")} shortcut="↓" disabled={row >= last} onClick={() => { move(1); }}>
          <ChevronDown size={15} />
        </IconButton>
        <IconButton
          label={t("copyLink")}
          onClick={() => {
            copyText(location.href);
            showToast("info", tUi("copied"));
          }}
        >
          <Link2 size={15} />
        </IconButton>
        <CloseButton onClose={close} />
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-auto p-4">
        {detail.isError && <Notice tone="bad">{detail.error.message}</Notice>}
        {detail.data && (
          <>
            <RowCells values={detail.data.values} columns={table.data?.columns ?? []} />
            {detail.data.call && <CallDetail call={detail.data.call} />}
            {detail.data.ancestors.length > 0 && <h3 className="-mb-3 text-sm font-semibold">{t("ancestors")}</h3>}
            {detail.data.ancestors.map((ancestor) => (
              <section key={`${ancestor.tableId}-${String(ancestor.row)}`} className="rounded border">
                <h4 className="border-b bg-raised px-3 py-1 text-xs font-medium">
                  {t("ancestor", { step: ancestor.stepTitle, row: ancestor.row + 1 })}
                </h4>
                <div className="p-3">
                  <RowCells values={ancestor.values} columns={[]} />
                </div>
              </section>
            ))}
          </>
        )}
      </div>
    </aside>
  );
}

function CloseButton({ onClose }: { onClose: () => void }) {
  const t = useTranslations("ui");
  return (
    <IconButton label={t("close")} shortcut="Esc" onClick={onClose}>
      <X size={15} />
    </IconButton>
  );
}

/** One row whole, over the inspector. Arrow keys walk the rows. */
export function RowDrawer() {
  const row = useViewState((state) => state.data.row);
  return row && <Drawer tableId={row.tableId} row={row.row} />;
}
