import { AppError } from "@/lib/core/app-error";

interface Foreign {
  /** As the message names it. */
  format: string;
  /** What to save it as. */
  wanted: string;
  isAt: (start: Buffer) => boolean;
  /** It is text, which a person may want as such. */
  isText?: true;
}

const begins = (...signatures: (string | RegExp)[]) => (start: Buffer): boolean => {
  const text = start.toString("latin1", 0, 600);
  return signatures.some((signature) => (typeof signature === "string" ? text.startsWith(signature) : signature.test(text)));
};

/** Control characters that no text has, but for what separates its lines, values and pages. */
const isControl = (byte: number): boolean => byte < 32 && (byte < 9 || byte > 13) && byte !== 27;

const TABLE = "Parquet (.parquet) or CSV";

/**
 * Files that people have and that are no table here, by how they begin. Read as text, they would be rows of nonsense. A signature of
 * letters alone is none: a table may begin with “ORCID”.
 */
const foreign: readonly Foreign[] = [
  { format: "Arrow or Feather", wanted: TABLE, isAt: begins("ARROW1\0", "FEA1\0", "\xff\xff\xff\xff") },
  { format: "NumPy’s format (.npy)", wanted: TABLE, isAt: begins("\x93NUMPY") },
  { format: "Python’s pickle", wanted: TABLE, isAt: (start) => start[0] === 0x80 && (start[1] ?? 0) >= 2 && (start[1] ?? 0) <= 5 },
  { format: "HDF5", wanted: TABLE, isAt: begins("\x89HDF") },
  { format: "Avro", wanted: TABLE, isAt: begins("Obj\x01") },
  { format: "ORC", wanted: TABLE, isAt: (start) => start.toString("latin1", 0, 3) === "ORC" && isControl(start[3] ?? 9) },
  { format: "SPSS (.sav)", wanted: "CSV", isAt: begins("$FL2", "$FL3") },
  { format: "Stata (.dta)", wanted: "CSV", isAt: begins("<stata_dta>") },
  { format: "SQLite", wanted: "CSV, or load it with “Query a database”", isAt: begins("SQLite format 3\0") },
  { format: "DuckDB", wanted: TABLE, isAt: (start) => start.toString("latin1", 8, 12) === "DUCK" && start[13] === 0 },
  { format: "PDF", wanted: "CSV, or load it with “Load documents”", isAt: begins("%PDF-") },
  { format: "a web page (HTML)", wanted: "CSV, or load it with “Load documents”", isAt: begins(/^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|table|body)\b/i), isText: true },
  { format: "XML", wanted: "CSV or JSON", isAt: begins(/^(\xef\xbb\xbf)?\s*<\?xml\s/i), isText: true },
  { format: "an image format", wanted: "CSV", isAt: begins("\x89PNG", "\xff\xd8\xff", "GIF87a", "GIF89a", /^RIFF....WEBP/s) },
  { format: "7-Zip", wanted: "ZIP or gzip", isAt: begins("7z\xbc\xaf\x27\x1c") },
  { format: "RAR", wanted: "ZIP or gzip", isAt: begins("Rar!\x1a\x07") },
  { format: "tar", wanted: "ZIP", isAt: (start) => start.toString("latin1", 257, 262) === "ustar" },
];

/** Throws `file_old_format` for a file of another program; `start` is its beginning, unpacked. Markup is none where text is wanted. */
export function refuseForeign(start: Buffer, name: string, isTextWanted: boolean): void {
  const found = foreign.find(({ isAt, isText }) => isAt(start) && !(isText && isTextWanted));
  if (found) throw new AppError("file_old_format", { name, format: found.format, wanted: found.wanted });
}

/** A short text may hold a few of them. */
const MOST_CONTROLS = 16;

/** Throws `file_old_format` for text, as its encoding has it, that is none. */
export function refuseBinary(text: Buffer, name: string): void {
  const looked = text.subarray(0, 65_536);
  const controls = looked.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0);
  if (controls >= MOST_CONTROLS && controls > looked.length / 20) throw new AppError("file_old_format", { name, format: "a binary format", wanted: TABLE });
}
