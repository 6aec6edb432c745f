import {
  type CsvDialect,
  type CsvRecord,
  CsvScanner,
  decodeRecord,
} from "./csv-scanner";
import { readUtf8 } from "./read-utf8";
import type { SourceFile, SourceOptions } from "./source-file";

const SAMPLE_BYTES = 1 << 20;
const SAMPLE_RECORDS = 1000;
const DOUBLE = 34;
const SINGLE = 39;

const quotes = {
  double: [DOUBLE],
  single: [SINGLE],
  none: [-1],
  auto: [DOUBLE, -1],
} as const;

export interface SniffedCsv {
  dialect: CsvDialect;
  hasHeader: boolean;
}

/** Finds out what the options leave open, from the first megabyte. */
export async function sniffCsv(
  file: SourceFile,
  options: SourceOptions,
  format: "csv" | "tsv",
): Promise<SniffedCsv> {
  const chunks: Buffer[] = [];
  for await (const chunk of readUtf8(file.path, options.encoding, SAMPLE_BYTES))
    chunks.push(chunk);
  const sample = Buffer.concat(chunks);
  const delimiters =
    options.delimiter !== ""
      ? [options.delimiter.charCodeAt(0)]
      : format === "tsv"
        ? [9]
        : [44, 59, 9, 124];
  const tries = delimiters.flatMap((delimiter) =>
    quotes[options.quote].map((quote) =>
      scanSample(sample, { delimiter, quote }),
    ),
  );
  tries.sort((a, b) => b.score - a.score);
  const best = tries[0] ?? scanSample(sample, { delimiter: 44, quote: DOUBLE });
  const rows = best.records.map((record) => decodeRecord(record, best.dialect));
  return {
    dialect: best.dialect,
    hasHeader:
      options.header === "auto"
        ? looksLikeHeader(rows)
        : options.header === "yes",
  };
}

interface Try {
  dialect: CsvDialect;
  records: CsvRecord[];
  score: number;
}

/** Best is what makes most lines agree on a number of values above one; without any broken quote. */
function scanSample(sample: Buffer, dialect: CsvDialect): Try {
  const scanner = new CsvScanner(dialect);
  const all = scanner.push(sample);
  // A sample cut off in the middle ends with a piece of a record, which says nothing.
  const records = (
    sample.length < SAMPLE_BYTES - 3 ? [...all, ...scanner.end()] : all
  ).slice(0, SAMPLE_RECORDS);
  const counts = new Map<number, number>();
  for (const { ends } of records)
    counts.set(ends.length, (counts.get(ends.length) ?? 0) + 1);
  const [values, agreeing] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [
    1, 0,
  ];
  const broken = records.filter((record) => record.broken).length;
  const share = records.length === 0 ? 0 : (agreeing - broken) / records.length;
  const prefersQuote = dialect.quote >= 0 ? 0.001 : 0;
  return {
    dialect,
    records,
    score:
      values > 1
        ? 1 + share + Math.min(values, 50) / 10_000 + prefersQuote
        : share * 0.5 + prefersQuote,
  };
}

/** A first line of names: short, all there, all different, no numbers, and none met again below in its own column. */
function looksLikeHeader(rows: readonly string[][]): boolean {
  const [first, ...others] = rows;
  if (!first) return false;
  const plausible = first.every(
    (name) =>
      name.trim() !== "" &&
      name.length <= 100 &&
      !/^[-+]?\d*\.?\d+([eE][-+]?\d+)?$/.test(name.trim()),
  );
  if (!plausible || new Set(first).size < first.length) return false;
  return !first.some((name, index) =>
    others.some((row) => row[index] === name),
  );
}
