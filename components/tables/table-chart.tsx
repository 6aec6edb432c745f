import { valueNamed } from "@/lib/core/named-values";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Notice } from "@/components/ui/notice";
import { readRows } from "@/lib/contracts/tables";
import type { Chart } from "@/lib/steps/_sdk/define-step";
import type { TableSource } from "./find-table";
import { ParallelPlot } from "./parallel-plot";

/** More is no drawing any more; the table has the rest. */
const MOST_ROWS = 1000;
const MOST_BARS = 60;
const MOST_FIELDS = 40;

type Row = Record<string, unknown>;

const numberOf = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const textOf = (value: unknown): string => (typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value));

function Bars({ rows, label, values }: { rows: readonly Row[]; label: string; values: readonly string[] }) {
  const t = useTranslations("data.chart");
  const format = useFormatter();
  // Shares are drawn against one, other numbers against the greatest of their column.
  const most = new Map(values.map((name) => [name, Math.max(1, ...rows.map((row) => Math.abs(numberOf(valueNamed(row, name)) ?? 0)))]));
  return (
    <table className="text-sm">
      <thead className="text-xs text-muted">
        <tr>
          <th className="px-3 py-1 text-left font-medium">{label}</th>
          {values.map((name) => (
            <th key={name} className="px-3 py-1 text-left font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MOST_BARS).map((row, index) => (
          <tr key={`${textOf(row[label])}-${String(index)}`}>
            <th scope="row" className="max-w-64 truncate px-3 py-1 text-left font-normal">
              {textOf(row[label])}
            </th>
            {values.map((name) => {
              const value = numberOf(valueNamed(row, name));
              return (
                <td key={name} className="px-3 py-1">
                  <div className="flex items-center gap-2">
                    <div className="h-3 w-36 overflow-hidden rounded-sm bg-hover">
                      {value !== null && <div className={value < 0 ? "h-3 bg-warn" : "h-3 bg-accent"} style={{ width: `${String((Math.abs(value) / (most.get(name) ?? 1)) * 100)}%` }} />}
                    </div>
                    <span className="w-16 text-right">{value === null ? "—" : format.number(value, { maximumSignificantDigits: 4 })}</span>
                  </div>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
      {rows.length > MOST_BARS && <caption className="caption-bottom px-3 py-1 text-left text-xs text-muted">{t("cut", { shown: MOST_BARS })}</caption>}
    </table>
  );
}

const distinct = (rows: readonly Row[], name: string): string[] => [...new Set(rows.map((row) => textOf(valueNamed(row, name))))];

function Heatmap({ rows, row: rowName, column: columnName, value: valueName }: { rows: readonly Row[] } & Omit<Extract<Chart, { kind: "heatmap" }>, "kind" | "port">) {
  const t = useTranslations("data.chart");
  const format = useFormatter();
  const down = distinct(rows, rowName);
  // Equal labels stand in the diagonal; what is only predicted comes after.
  const across = [...down, ...distinct(rows, columnName).filter((name) => !down.includes(name))].filter((name) => rows.some((row) => textOf(row[columnName]) === name) || down.includes(name));
  const cells = new Map(rows.map((row) => [`${textOf(row[rowName])}\0${textOf(row[columnName])}`, numberOf(row[valueName]) ?? 0]));
  const cellOf = (from: string, to: string) => cells.get(`${from}\0${to}`) ?? 0;
  const isCut = down.length > MOST_FIELDS || across.length > MOST_FIELDS;
  return (
    <table className="text-xs tabular-nums">
      <caption className="pb-1 text-left text-muted">{t("heatmap", { row: rowName, column: columnName })}</caption>
      <thead>
        <tr>
          <td />
          {across.slice(0, MOST_FIELDS).map((name) => (
            <th key={name} scope="col" className="max-w-24 truncate px-1 py-1 text-right font-normal text-muted" title={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {down.slice(0, MOST_FIELDS).map((from) => {
          const total = across.reduce((sum, to) => sum + cellOf(from, to), 0);
          return (
            <tr key={from}>
              <th scope="row" className="max-w-40 truncate pr-2 text-right font-normal text-muted" title={from}>
                {from}
              </th>
              {across.slice(0, MOST_FIELDS).map((to) => {
                const share = total > 0 ? cellOf(from, to) / total : 0;
                const color = from === to ? "var(--accent)" : "var(--bad)";
                return (
                  <td
                    key={to}
                    title={t("field", { row: from, column: to, value: cellOf(from, to), share })}
                    className="h-7 min-w-10 border border-line px-1.5 text-right"
                    style={{ background: `color-mix(in srgb, ${color} ${String(Math.round(share * 55))}%, var(--surface))` }}
                  >
                    {cellOf(from, to) === 0 ? "" : format.number(cellOf(from, to))}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
      {isCut && <tfoot><tr><td colSpan={across.length + 1} className="pt-1 text-muted">{t("cut", { shown: MOST_FIELDS })}</td></tr></tfoot>}
    </table>
  );
}

/** A small table as a drawing, as the step that made it says. */
export function TableChart({ chart, source, empty }: { chart: Chart; source: TableSource | null; empty: ReactNode }) {
  const page = useApi(readRows, { params: { tableId: source?.tableId ?? "" }, query: { limit: MOST_ROWS } }, { enabled: source !== null, refreshMs: source?.isLive ? 1000 : false });
  if (page.isError) return <Notice tone="bad">{page.error.message}</Notice>;
  if (!source || page.data?.rows.length === 0) return empty;
  const rows = page.data?.rows.map((row) => row.values) ?? [];
  if (chart.kind === "parallel") return <ParallelPlot rows={rows} chart={chart} />;
  if (chart.kind === "bars") return <Bars rows={rows} label={chart.label} values={chart.values} />;
  return <Heatmap rows={rows} row={chart.row} column={chart.column} value={chart.value} />;
}
