import { valueNamed } from "@/lib/core/named-values";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { classNames } from "@/components/ui/class-names";
import { Notice } from "@/components/ui/notice";
import { readProfile } from "@/lib/contracts/tables";
import { isNested, type Column } from "@/lib/steps/_sdk/columns";
import { ColumnHeader } from "./column-header";
import { formatCell } from "./format-cell";
import { countReady, getScrollTop, getScrollWindow, ROW_HEIGHT } from "./scroll-window";
import type { TableQuery } from "./table-query";
import { useTableRows } from "./use-table-rows";

interface TableGridProps {
  label: string;
  tableId: string;
  columns: Column[];
  rows: number;
  /** Rows still come. */
  isLive: boolean;
  query: TableQuery;
  /** Row number in the table of the row in the drawer. */
  openRow: number | null;
  onQuery: (query: TableQuery) => void;
  onOpenRow: (row: number) => void;
}

const NUMBER_WIDTH = 56;
const HEADER_HEIGHT = 46;
const startWidths: Record<Column["type"], number> = { text: 280, integer: 110, number: 110, boolean: 84, date: 110, time: 110, timestamp: 180, binary: 160, image: 120, list: 240, vector: 200, object: 260, messages: 320, tools: 240, unknown: 160 };

const isNumeric = (column: Column) => column.type === "integer" || column.type === "number";

function Cell({ column, value, index, left, width }: { column: Column; value: unknown; index: number; left: number; width: number }) {
  const isNull = value === null || value === undefined;
  return (
    <div
      role="gridcell"
      aria-colindex={index + 2}
      className={classNames(
        "absolute top-0 truncate border-r px-2 leading-7",
        isNumeric(column) && "text-right tabular-nums",
        isNull && "text-faint italic",
        isNested(column.type) && column.type !== "messages" && "font-mono text-xs leading-7",
      )}
      style={{ left, width, height: ROW_HEIGHT }}
    >
      {isNull ? "null" : formatCell(value, column.type)}
    </div>
  );
}

function useScroll() {
  const ref = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 400, width: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const read = () => {
      setScroll({ top: element.scrollTop, height: Math.max(ROW_HEIGHT, element.clientHeight - HEADER_HEIGHT), width: element.clientWidth });
    };
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, []);
  return { ref, scroll };
}

/** A table of any size: only the rows and columns on the screen are drawn, only their pages are read. */
export function TableGrid({ label, tableId, columns, rows, isLive, query, openRow, onQuery, onOpenRow }: TableGridProps) {
  const t = useTranslations("data");
  const { ref, scroll } = useScroll();
  const [widths, setWidths] = useState<Record<string, number>>({});
  const [active, setActive] = useState(0);
  const spare = scroll.width - NUMBER_WIDTH - columns.reduce((sum, column) => sum + (valueNamed(widths, column.name) ?? startWidths[column.type]), 0);
  const stretched = columns.filter((column) => column.type === "text" && valueNamed(widths, column.name) === undefined);
  const stretch = stretched.length > 0 ? Math.max(0, Math.floor(spare / stretched.length)) : 0;
  // Text takes the room that is left, until someone sets a width.
  const widthOf = (column: Column | undefined) =>
    column ? (valueNamed(widths, column.name) ?? startWidths[column.type] + (column.type === "text" ? stretch : 0)) : 0;
  const horizontal = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => ref.current,
    estimateSize: (index) => widthOf(columns[index]),
    paddingStart: NUMBER_WIDTH,
    overscan: 2,
  });
  useEffect(() => {
    horizontal.measure();
  }, [horizontal, stretch, widths]);
  // Rows that come in are drawn once their cells are there: `expected` is what is read, `total` what is drawn.
  const [expected, setExpected] = useState(rows);
  const [total, setTotal] = useState(rows);
  const wanted = getScrollWindow(expected, scroll.top, scroll.height);
  const page = useTableRows({ tableId, rows, isLive, query, first: wanted.first, last: wanted.last });
  if (page.total !== expected) setExpected(page.total);
  const reached = countReady(page.getRow, { drawn: total, there: page.total, last: wanted.last });
  if (reached !== total) setTotal(reached);
  const profile = useApi(readProfile, { params: { tableId } }, { enabled: rows > 0, refreshMs: isLive ? 5000 : false, keepPrevious: true });
  const profiles = new Map(profile.data?.columns.map((entry) => [entry.name, entry]));
  const openIndex = (index: number) => {
    const row = page.getRow(index);
    if (row) onOpenRow(row.row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -total, End: total };
    const by = steps[event.key];
    if (event.target instanceof Element && event.target.closest("[role=columnheader]")) return;
    if (event.key === "Enter") openIndex(active);
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(total - 1, active + by));
    setActive(next);
    if (next < wanted.first || next >= wanted.last - 2) {
      ref.current?.scrollTo({ top: getScrollTop(total, by > 0 ? Math.max(0, next - Math.floor(scroll.height / ROW_HEIGHT) + 2) : next, scroll.height) });
    }
  };
  const items = horizontal.getVirtualItems();
  const width = horizontal.getTotalSize();
  // While columns are not known or measured yet, a row would be drawn without a cell.
  const shown = getScrollWindow(items.length > 0 ? total : 0, scroll.top, scroll.height);
  return (
    <div
      ref={ref}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group/grid relative h-full w-full overflow-auto bg-surface text-sm outline-none focus-visible:outline-2 focus-visible:-outline-offset-2"
    >
      <div role="rowgroup" className="sticky top-0 z-20" style={{ height: HEADER_HEIGHT, width }}>
        <div role="row" aria-rowindex={1} className="h-full">
          <div role="columnheader" aria-colindex={1} className="absolute h-full border-r border-b bg-raised px-2 text-right text-2xs leading-[45px] text-faint" style={{ width: NUMBER_WIDTH }}>
            #
          </div>
          {items.map((item) => {
            const column = columns[item.index];
            return (
              column && (
                <ColumnHeader
                  key={column.name}
                  column={column}
                  index={item.index}
                  left={item.start}
                  width={item.size}
                  profile={profiles.get(column.name)}
                  query={query}
                  onQuery={onQuery}
                  onResize={(next) => {
                    setWidths((before) => ({ ...before, [column.name]: next }));
                  }}
                />
              )
            );
          })}
        </div>
      </div>
      {page.error && (
        <div className="sticky left-0 p-2">
          <Notice tone="bad">{page.error.message}</Notice>
        </div>
      )}
      <div role="rowgroup" className="relative" style={{ height: shown.height, width }}>
        {Array.from({ length: Math.max(0, shown.last - shown.first) }, (_, offset) => {
          const index = shown.first + offset;
          const row = page.getRow(index);
          return (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row !== undefined && row.row === openRow}
              className={classNames(
                "absolute left-0 border-b outline-none hover:bg-hover",
                row?.row === openRow ? "bg-accent-soft" : index === active && "group-focus-within/grid:bg-hover",
              )}
              style={{ top: shown.top + offset * ROW_HEIGHT, height: ROW_HEIGHT, width }}
              tabIndex={-1}
              onClick={() => {
                setActive(index);
                openIndex(index);
              }}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.stopPropagation();
                openIndex(index);
              }}
            >
              <div role="rowheader" aria-colindex={1} className="absolute px-2 text-right text-2xs leading-7 text-faint" style={{ width: NUMBER_WIDTH }}>
                {(row?.row ?? index) + 1}
              </div>
              {!row && <div aria-hidden className="absolute top-2.5 h-2 w-40 rounded-sm bg-hover" style={{ left: NUMBER_WIDTH + 8 }} />}
              {row &&
                items.map((item) => {
                  const column = columns[item.index];
                  return column && <Cell key={column.name} column={column} value={valueNamed(row.values, column.name)} index={item.index} left={item.start} width={item.size} />;
                })}
            </div>
          );
        })}
      </div>
      {total === 0 && !page.isPending && <p className="sticky left-0 p-4 text-sm text-muted">{isLive && rows === 0 ? t("noRowsYet") : rows === 0 ? t("noRows") : t("noMatch")}</p>}
    </div>
  );
}
