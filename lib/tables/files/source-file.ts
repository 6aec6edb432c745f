import type { StepNote } from "@/lib/contracts/step-note";
import type { Column } from "@/lib/steps/_sdk/columns";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import type { TextEncoding } from "@/lib/core/text-encodings";

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
  encoding: TextEncoding | "auto";
  onBadRow: "fail" | "keep-what-fits";
  /** Leaves every CSV column as text. */
  allText: boolean;
  /** Dotted path to the list of rows in a JSON file; empty finds it out. */
  rowsPath: string;
  /** Name or number of a sheet; empty takes the first. */
  sheet: string;
  /** The line, or row of a sheet, at which the table begins, from 1; 0 finds it out. */
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
  encoding: "auto",
  onBadRow: "fail",
  allText: false,
  rowsPath: "",
  sheet: "",
  headerRow: 0,
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

/** What was found out or left out while a file was read. */
export type SourceNote = StepNote;

/** A file made ready for DuckDB. */
export interface SourceTable {
  /** Gives the columns, in file order. */
  query: string;
  columns: Column[];
  rows: number;
  /** JSON lines {code, data, before}: `before` is how many good rows stand before the bad one. Null where none is bad. */
  failures: string | null;
  notes?: SourceNote[];
}

/** Longest line or record that is read, in bytes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
export const MAX_LINE_WORDS = "64 MB";
