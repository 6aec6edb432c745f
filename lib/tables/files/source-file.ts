import type { Column } from "@/lib/steps/_sdk/columns";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";

export const fileFormats = [
  "json",
  "jsonl",
  "csv",
  "tsv",
  "parquet",
  "text",
  "xlsx",
  "saved-dataset",
] as const;
export type FileFormat = (typeof fileFormats)[number];

export interface SourceOptions {
  format: FileFormat | "auto";
  /** One character; empty finds it out. */
  delimiter: string;
  header: "auto" | "yes" | "no";
  quote: "auto" | "double" | "single" | "none";
  encoding: "utf-8" | "latin-1" | "utf-16";
  onBadRow: "fail" | "keep-what-fits";
  /** Leaves every CSV column as text. */
  allText: boolean;
  /** Dotted path to the list of rows in a JSON file; empty finds it out. */
  rowsPath: string;
  /** Name or number of a sheet; empty takes the first. */
  sheet: string;
  /** The row of a sheet at which its table begins, from 1. */
  headerRow: number;
  /** Split of a saved data set that has several. */
  split: string;
}

/** What finds everything out by itself. */
export const defaultSourceOptions: SourceOptions = {
  format: "auto",
  delimiter: "",
  header: "auto",
  quote: "auto",
  encoding: "utf-8",
  onBadRow: "fail",
  allText: false,
  rowsPath: "",
  sheet: "",
  headerRow: 1,
  split: "",
};

export interface SourceFile {
  /** Absolute, in the data folder. */
  path: string;
  /** As the person knows it, for messages. */
  name: string;
}

export interface SourceContext {
  sql: SqlSession;
  /** Absolute folder for files on the way. */
  scratch: string;
  signal?: AbortSignal;
}

/** A file made ready for DuckDB. */
export interface SourceTable {
  /** Gives the columns, in file order. */
  query: string;
  columns: Column[];
  rows: number;
  /** JSON lines {code, data, before}: `before` is how many good rows stand before the bad one. Null where none is bad. */
  failures: string | null;
}

/** Longest line or record that is read, in bytes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
export const MAX_LINE_WORDS = "64 MB";
