import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { readRows } from "@/lib/contracts/tables";
import { toFilterJson } from "./filter-json";
import type { TableQuery } from "./table-query";

const PAGE_ROWS = 100;
const LIVE_MS = 1000;

type Page = ApiReply<typeof readRows>;
type Row = Page["rows"][number];

interface UseTableRowsInput {
  tableId: string;
  /** Rows of the whole table, as far as they are there. */
  rows: number;
  /** Rows still come. */
  isLive: boolean;
  query: TableQuery;
  first: number;
  last: number;
}

interface TableRows {
  /** Rows that match the query. */
  total: number;
  getRow: (index: number) => Row | undefined;
  error: Error | null;
  isPending: boolean;
}

type PageKey = readonly ["rows", string, TableQuery, number, boolean];

/**
 * One page. While rows come it is asked for again and again under one key, because rows of chunks that end late come in
 * between those that are there; until the next reply, and when the step ends, the rows that were there stay.
 */
function usePage({ tableId, rows, isLive, query }: UseTableRowsInput, page: number, wanted: boolean): UseQueryResult<Page> {
  const queryKey: PageKey = ["rows", tableId, query, page, isLive];
  return useQuery<Page, Error, Page, PageKey>({
    queryKey,
    queryFn: ({ signal }) =>
      callApi(
        readRows,
        {
          params: { tableId },
          query: {
            offset: page * PAGE_ROWS,
            limit: PAGE_ROWS,
            count: "later",
            ...(query.sort.length > 0 ? { sort: JSON.stringify(query.sort) } : {}),
            ...toConditions(query),
          },
        },
        { signal },
      ),
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: wanted && (rows > 0 || isLive),
    refetchInterval: isLive ? LIVE_MS : false,
    placeholderData: (previous, before) => (before?.queryKey[3] === page ? previous : undefined),
  });
}

function toConditions(query: TableQuery): { filter?: string; search?: string } {
  return {
    ...(query.filters.length > 0 ? { filter: toFilterJson(query.filters) } : {}),
    ...(query.search === "" ? {} : { search: query.search }),
  };
}

/** How many rows match, which may take a scan of the whole table; asked for once the page is on the screen. */
function useCount({ tableId, isLive, query }: UseTableRowsInput, wanted: boolean): number | undefined {
  const conditions = toConditions(query);
  const count = useQuery({
    queryKey: ["count", tableId, conditions, isLive],
    queryFn: ({ signal }) => callApi(readRows, { params: { tableId }, query: { limit: 1, ...conditions } }, { signal }),
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: wanted,
    refetchInterval: isLive ? LIVE_MS : false,
  });
  return count.data?.total;
}

/** The pages that a window of rows needs: two at most, as no screen shows more rows than a page has. */
export function useTableRows(input: UseTableRowsInput): TableRows {
  const firstPage = Math.floor(input.first / PAGE_ROWS);
  const lastPage = Math.floor(Math.max(input.first, input.last - 1) / PAGE_ROWS);
  // A page keeps its place among the two, so that scrolling over a border does not exchange them.
  const evenPage = firstPage % 2 === 0 ? firstPage : firstPage + 1;
  const oddPage = firstPage % 2 === 1 ? firstPage : firstPage + 1;
  const even = usePage(input, evenPage, evenPage <= lastPage);
  const odd = usePage(input, oddPage, oddPage <= lastPage);
  const latest = even.dataUpdatedAt >= odd.dataUpdatedAt ? (even.data ?? odd.data) : (odd.data ?? even.data);
  const count = useCount(input, latest?.counted === false);
  return {
    // What was read with the rows counts, so that no row is drawn that is not there yet.
    total: latest ? (latest.counted ? latest.total : Math.max(latest.total, count ?? 0)) : input.isLive ? 0 : input.rows,
    getRow: (index) => {
      const page = Math.floor(index / PAGE_ROWS);
      return (page % 2 === 0 ? even : odd).data?.rows[index % PAGE_ROWS];
    },
    error: even.error ?? odd.error,
    isPending: even.isLoading || odd.isLoading,
  };
}
