import type { FilterOperator } from "@/lib/tables/filter-ast";

/** How a column is narrowed: the operators that the header offers. */
export const filterOperators = ["contains", "startsWith", "eq", "ne", "gt", "lt", "isNull", "notNull"] as const satisfies FilterOperator[];
export type HeaderOperator = (typeof filterOperators)[number];

export interface ColumnFilter {
  column: string;
  operator: HeaderOperator;
  value: string | number | boolean;
}

export interface SortKey {
  column: string;
  descending: boolean;
}

export interface TableQuery {
  sort: SortKey[];
  filters: ColumnFilter[];
  search: string;
}

export const emptyQuery: TableQuery = { sort: [], filters: [], search: "" };

export function isNarrowed({ sort, filters, search }: TableQuery): boolean {
  return sort.length > 0 || filters.length > 0 || search !== "";
}

/** A click sorts by the column, then the other way, then not at all; with shift the other keys stay. */
export function cycleSort(sort: readonly SortKey[], column: string, keepOthers: boolean): SortKey[] {
  const current = sort.find((key) => key.column === column);
  const next = !current ? [{ column, descending: false }] : current.descending ? [] : [{ column, descending: true }];
  if (!keepOthers) return next;
  return current ? sort.flatMap((key) => (key === current ? next : [key])) : [...sort, ...next];
}
