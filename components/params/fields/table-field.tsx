import { Plus, X } from "lucide-react";
import type { ClipboardEvent } from "react";
import { z } from "zod";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import type { FieldProps } from "../field-props";
import { useDraft } from "../use-draft";
import { parsePastedTable } from "./parse-pasted-table";

type Cell = string | number | boolean | null;
const columnTypes = ["text", "integer", "number", "boolean"] as const;

const typedTable = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.enum(columnTypes) })),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
});
type TypedTable = z.infer<typeof typedTable>;
type TypedColumn = TypedTable["columns"][number];

/** A typed cell as a value of its column. What does not fit stays text, and the step says so. */
function readCell(text: string, type: TypedColumn["type"]): Cell {
  if (type === "text") return text;
  if (text.trim() === "") return null;
  if (type === "boolean") return /^(true|false)$/i.test(text.trim()) ? text.trim().toLowerCase() === "true" : text;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

function fitCells({ columns, rows }: TypedTable): TypedTable {
  return { columns, rows: rows.map((row) => columns.map((column, index) => readCell(String(row[index] ?? ""), column.type))) };
}

interface CellInputProps {
  label: string;
  value: string;
  isHeader?: boolean;
  onCommit: (text: string) => void;
  onPaste: (event: ClipboardEvent) => void;
}

function CellInput({ label, value, isHeader = false, onCommit, onPaste }: CellInputProps) {
  const draft = useDraft(value, onCommit);
  return (
    <input
      aria-label={label}
      value={draft.text}
      onChange={(event) => {
        draft.change(event.target.value);
      }}
      onBlur={draft.commit}
      onPaste={onPaste}
      onKeyDown={(event) => {
        if (event.key === "Enter") draft.commit();
        if (event.key === "Escape") draft.reset();
      }}
      className={`h-7 w-full min-w-24 bg-transparent px-1.5 text-sm outline-none focus:bg-accent-soft ${isHeader ? "font-medium" : ""}`}
    />
  );
}

interface ColumnHeadProps {
  column: TypedColumn;
  number: number;
  isOnly: boolean;
  onChange: (column: TypedColumn | null) => void;
  onPaste: (event: ClipboardEvent) => void;
}

function ColumnHead({ column, number, isOnly, onChange, onPaste }: ColumnHeadProps) {
  const t = useTranslations("params.table");
  return (
    <th className="border-r border-b p-0 text-left">
      <div className="flex items-center">
        <CellInput
          isHeader
          label={t("columnName", { number })}
          value={column.name}
          onPaste={onPaste}
          onCommit={(name) => {
            onChange({ ...column, name });
          }}
        />
        {!isOnly && (
          <IconButton
            label={t("removeColumn", { name: column.name })}
            className="size-5"
            onClick={() => {
              onChange(null);
            }}
          >
            <X size={11} />
          </IconButton>
        )}
      </div>
      <select
        aria-label={t("columnType", { name: column.name })}
        value={column.type}
        onChange={(event) => {
          onChange({ ...column, type: columnTypes.find((type) => type === event.target.value) ?? "text" });
        }}
        className="h-5 w-full bg-raised px-1 text-2xs text-muted"
      >
        {columnTypes.map((type) => (
          <option key={type} value={type}>
            {t(`types.${type}`)}
          </option>
        ))}
      </select>
    </th>
  );
}

/** The table with pasted cells put in, grown where they need it. Pasted onto the headings, the first line names the columns. */
export function pasteCells(table: TypedTable, cells: string[][], row: number, column: number, nameOf: (number: number) => string): TypedTable {
  const width = Math.max(table.columns.length, ...cells.map((line) => line.length + column));
  const heads = row < 0 ? (cells[0] ?? []) : [];
  const columns = Array.from({ length: width }, (_, index): TypedColumn => {
    const before = table.columns[index] ?? { name: nameOf(index + 1), type: "text" as const };
    return { ...before, name: heads[index - column] ?? before.name };
  });
  const body = row < 0 ? cells.slice(1) : cells;
  const top = Math.max(0, row);
  const rows = Array.from({ length: Math.max(table.rows.length, top + body.length) }, (_, y) =>
    Array.from({ length: width }, (__, x): Cell => body[y - top]?.[x - column] ?? table.rows[y]?.[x] ?? ""),
  );
  return { columns, rows };
}

/** A small table typed by hand. Cells copied from a spreadsheet fill it from where they are pasted. */
export function TableField({ label, value, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params.table");
  const parsed = typedTable.safeParse(value);
  const table: TypedTable = parsed.success ? parsed.data : { columns: [{ name: "text", type: "text" }], rows: [[""]] };
  const { columns, rows } = table;
  const commit = (next: TypedTable) => {
    onCommit(fitCells(next));
  };
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const cells = parsePastedTable(event.clipboardData.getData("text/plain"));
    if (cells.length < 2 && (cells[0]?.length ?? 0) < 2) return;
    event.preventDefault();
    commit(pasteCells(table, cells, row, column, (number) => t("column", { number })));
  };
  const changeColumn = (index: number, column: TypedColumn | null) => {
    if (column) commit({ columns: columns.map((other, at) => (at === index ? column : other)), rows });
    else commit({ columns: columns.filter((_, at) => at !== index), rows: rows.map((row) => row.filter((_, at) => at !== index)) });
  };
  const setCell = (row: number, column: number, text: string) => {
    commit({ columns, rows: rows.map((line, y) => (y === row ? columns.map((_, x) => (x === column ? text : (line[x] ?? null))) : line)) });
  };
  return (
    <div role="group" aria-label={label} aria-describedby={describedBy} className="flex flex-col gap-1">
      <div className="max-h-72 overflow-auto rounded border">
        <table className="w-full border-collapse">
          <thead className="sticky top-0 bg-raised">
            <tr>
              {columns.map((column, index) => (
                <ColumnHead
                  key={index}
                  column={column}
                  number={index + 1}
                  isOnly={columns.length === 1}
                  onPaste={(event) => { paste(event, -1, index); }}
                  onChange={(next) => { changeColumn(index, next); }}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((line, row) => (
              // Rows have no other identity than their place.
              <tr key={row}>
                {columns.map((column, index) => (
                  <td key={index} className="border-r border-b p-0">
                    <CellInput
                      label={t("cell", { name: column.name, row: row + 1 })}
                      value={String(line[index] ?? "")}
                      onPaste={(event) => { paste(event, row, index); }}
                      onCommit={(text) => { setCell(row, index, text); }}
                    />
                  </td>
                ))}
                <td className="w-6 border-b p-0">
                  <IconButton label={t("removeRow", { row: row + 1 })} className="size-6" onClick={() => { commit({ columns, rows: rows.filter((_, at) => at !== row) }); }}>
                    <X size={11} />
                  </IconButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex gap-1">
        <Button onClick={() => { commit({ columns, rows: [...rows, columns.map(() => "")] }); }}>
          <Plus size={13} aria-hidden /> {t("addRow")}
        </Button>
        <Button onClick={() => { commit({ columns: [...columns, { name: t("column", { number: columns.length + 1 }), type: "text" }], rows }); }}>
          <Plus size={13} aria-hidden /> {t("addColumn")}
        </Button>
      </div>
    </div>
  );
}
