import { ArrowDown, ArrowUp } from "lucide-react";
import { useRef } from "react";
import { useTranslations } from "use-intl";
import type { Column } from "@/lib/steps/_sdk/columns";
import { ColumnFilterButton } from "./column-filter";
import { ColumnIcon } from "./column-icon";
import { ColumnProfileView, type ColumnProfile } from "./column-profile";
import { cycleSort, type TableQuery } from "./table-query";

interface ColumnHeaderProps {
  column: Column;
  width: number;
  left: number;
  index: number;
  profile: ColumnProfile | undefined;
  query: TableQuery;
  onQuery: (query: TableQuery) => void;
  onResize: (width: number) => void;
}

const MIN_WIDTH = 64;

/** Name, type, profile, filter and sort of a column; its right edge resizes it. */
export function ColumnHeader({ column, width, left, index, profile, query, onQuery, onResize }: ColumnHeaderProps) {
  const t = useTranslations("data");
  const start = useRef<{ x: number; width: number } | null>(null);
  const key = query.sort.find((other) => other.column === column.name);
  const others = query.filters.filter((filter) => filter.column !== column.name);
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={key ? (key.descending ? "descending" : "ascending") : "none"}
      className="group/head absolute top-0 flex h-full flex-col justify-center border-r border-b bg-raised px-2"
      style={{ left, width }}
    >
      <div className="flex h-5 items-center gap-1">
        <ColumnIcon type={column.type} />
        <button
          type="button"
          title={t("sortBy", { column: column.name })}
          onClick={(event) => {
            onQuery({ ...query, sort: cycleSort(query.sort, column.name, event.shiftKey) });
          }}
          className="flex min-w-0 flex-1 items-center gap-1 rounded-sm text-left text-xs font-medium"
        >
          <span className="truncate">{column.name}</span>
          {key && (key.descending ? <ArrowDown size={12} className="shrink-0 text-accent" aria-hidden /> : <ArrowUp size={12} className="shrink-0 text-accent" aria-hidden />)}
        </button>
        <ColumnFilterButton
          column={column.name}
          type={column.type}
          filter={query.filters.find((filter) => filter.column === column.name)}
          onChange={(filter) => {
            onQuery({ ...query, filters: filter ? [...others, filter] : others });
          }}
        />
      </div>
      {profile && (
        <ColumnProfileView
          profile={profile}
          onFilter={(value) => {
            onQuery({ ...query, filters: [...others, { column: column.name, operator: "eq", value: column.type === "boolean" ? value === "true" : value }] });
          }}
        />
      )}
      <div
        aria-hidden
        className="absolute inset-y-0 -right-1 z-10 w-2 cursor-col-resize hover:bg-accent/40"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = { x: event.clientX, width };
        }}
        onPointerMove={(event) => {
          if (start.current) onResize(Math.max(MIN_WIDTH, start.current.width + event.clientX - start.current.x));
        }}
        onPointerUp={() => {
          start.current = null;
        }}
      />
    </div>
  );
}
