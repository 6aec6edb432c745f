import { isAppError } from "@/lib/core/app-error";
import { isNested, isType, type Column } from "@/lib/steps/_sdk/columns";
import { cellText } from "./cell-text";
import { quoteIdentifier } from "./quote-identifier";
import { stableMean } from "./stable-statistics";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { selectTable } from "./table-view";

export interface ColumnProfile extends Column {
  nulls: number;
  /** How many different values there are among the rows looked at; null where it makes no sense. */
  distinct: number | null;
  /** Numbers: over the values. Text and lists: over their lengths. Empty for others. */
  histogram: { from: number; to: number; count: number }[];
  min: number | null;
  max: number | null;
  mean: number | null;
  /** Up to 10, for columns of few different values. */
  topValues: { value: string; count: number }[];
}

export interface TableProfile {
  rows: number;
  /** Rows looked at, where not all; counts are then of these. */
  sampled: number | null;
  columns: ColumnProfile[];
}

const WHOLE_TABLE_ROWS = 1_000_000;
const WINDOWS = 10;
const WINDOW_ROWS = 20_000;
const BINS = 20;
const FEW_VALUES = 100;

/**
 * Profiles all columns in two passes: over all rows, or over 10 evenly spaced windows if there are more than a million or
 * reading them all takes too long. Throws `query_too_slow`.
 */
export async function profileColumns(
  session: TableSession,
  {
    dataFolder,
    manifest,
    timeLimit = 10_000,
  }: { dataFolder: string; manifest: TableManifest; timeLimit?: number },
): Promise<TableProfile> {
  const { rows } = manifest;
  const profile = (from: string): Promise<ColumnProfile[]> =>
    session.limitTime(timeLimit, async () => (manifest.columns.length === 0 ? [] : readDetails(session, from, await readBasics(session, from, manifest.columns))));
  if (rows <= WHOLE_TABLE_ROWS) {
    try {
      return { rows, sampled: null, columns: await profile(selectTable({ dataFolder, manifest })) };
    } catch (error) {
      const isSlow = isAppError(error) && error.code === "query_too_slow";
      if (!isSlow || rows <= WINDOWS * WINDOW_ROWS) throw error;
    }
  }
  return { rows, sampled: WINDOWS * WINDOW_ROWS, columns: await profile(selectWindows(dataFolder, manifest)) };
}

function selectWindows(dataFolder: string, manifest: TableManifest): string {
  return Array.from({ length: WINDOWS }, (_, index) => {
    const start = Math.floor(
      (index * (manifest.rows - WINDOW_ROWS)) / (WINDOWS - 1),
    );
    const range = { start, end: start + WINDOW_ROWS };
    return selectTable({ dataFolder, manifest, range });
  }).join(" UNION ALL ");
}

/** The number a column is drawn by: its value, or the length of it. */
function measure({ name, type }: Column): string | null {
  const quoted = quoteIdentifier(name);
  if (type === "integer" || type === "number")
    return `(CASE WHEN isfinite(${quoted}::DOUBLE) THEN ${quoted}::DOUBLE END)`;
  if (type === "text") return `length(${quoted}::VARCHAR)::DOUBLE`;
  if (type === "binary") return `octet_length(${quoted})::DOUBLE`;
  return type === "vector" || isType(type, "list") ? `len(${quoted})::DOUBLE` : null;
}

/**
 * Exact but for two values with the same 64-bit hash, which a million rows have once in 37 million tables; the values
 * themselves, which can be long texts, would have to be held in memory.
 */
const countDistinct = (quoted: string): string => `count(DISTINCT CASE WHEN ${quoted} IS NOT NULL THEN hash(${quoted}) END)`;

async function readBasics(
  session: TableSession,
  from: string,
  columns: readonly Column[],
): Promise<ColumnProfile[]> {
  const selected = columns.flatMap((column, index) => {
    const quoted = quoteIdentifier(column.name);
    const value = measure(column) ?? "NULL::DOUBLE";
    const counted =
      isNested(column.type)
        ? "NULL"
        : countDistinct(quoted);
    return [
      `count(*) - count(${quoted}) AS nulls${index}`,
      `${counted} AS distinct${index}`,
      `min(${value}) AS min${index}`,
      `max(${value}) AS max${index}`,
      `${stableMean(value)} AS mean${index}`,
    ];
  });
  const [row] = await session.query(
    `SELECT ${selected.join(", ")} FROM (${from})`,
  );
  const read = (name: string): number | null =>
    row?.[name] === null || row?.[name] === undefined
      ? null
      : Number(row[name]);
  return columns.map((column, index) => ({
    ...column,
    nulls: read(`nulls${index}`) ?? 0,
    distinct: read(`distinct${index}`),
    histogram: [],
    min: read(`min${index}`),
    max: read(`max${index}`),
    mean: read(`mean${index}`),
    topValues: [],
  }));
}

async function readDetails(
  session: TableSession,
  from: string,
  columns: ColumnProfile[],
): Promise<ColumnProfile[]> {
  const selected = columns.map((column, index) => {
    const few =
      column.distinct !== null &&
      column.distinct > 0 &&
      column.distinct <= FEW_VALUES;
    const value = measure(column);
    const bin =
      value !== null && column.min !== null && column.max !== null
        ? binOf(value, column.min, column.max)
        : null;
    return [
      bin === null
        ? `NULL AS bins${index}`
        : `map_entries(histogram(${bin})) AS bins${index}`,
      few
        ? `map_entries(histogram(left(${cellText(column)}, 200))) AS top${index}`
        : `NULL AS top${index}`,
    ];
  });
  const [row] = await session.query(
    `SELECT ${selected.flat().join(", ")} FROM (${from})`,
  );
  return columns.map((column, index) => ({
    ...column,
    histogram: toBins(toEntries(row?.[`bins${index}`]), column),
    topValues: toEntries(row?.[`top${index}`])
      .map(({ key, value }) => ({ value: String(key), count: value }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, 10),
  }));
}

function binOf(value: string, min: number, max: number): string {
  if (max <= min) return `(CASE WHEN ${value} IS NOT NULL THEN 0 END)`;
  return `least(${BINS - 1}, floor((${value} - (${min})::DOUBLE) / (${max - min})::DOUBLE * ${BINS}))::INTEGER`;
}

function toEntries(list: unknown): { key: unknown; value: number }[] {
  if (!Array.isArray(list)) return [];
  return (list as { key: unknown; value: unknown }[]).map(({ key, value }) => ({
    key,
    value: Number(value),
  }));
}

function toBins(
  entries: { key: unknown; value: number }[],
  { min, max }: ColumnProfile,
): ColumnProfile["histogram"] {
  if (min === null || max === null || entries.length === 0) return [];
  if (max <= min)
    return [{ from: min, to: max, count: entries[0]?.value ?? 0 }];
  const counts = new Map(entries.map(({ key, value }) => [Number(key), value]));
  const width = (max - min) / BINS;
  return Array.from({ length: BINS }, (_, bin) => ({
    from: min + bin * width,
    to: min + (bin + 1) * width,
    count: counts.get(bin) ?? 0,
  }));
}
