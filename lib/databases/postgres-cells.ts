import { types, type FieldDef } from "pg";

/** How a column of PostgreSQL becomes one of DuckDB. */
export interface CellWriter {
  /** DuckDB type; of a list it is certain once all is written. */
  readonly type: string;
  /** A value in PostgreSQL's text form as JSON text. */
  write: (text: string) => string;
}

const asText = (text: string): string => JSON.stringify(text.toWellFormed());
/** What JSON has no number for, such as NaN, is a text, which DuckDB reads. */
const asNumber = (text: string): string => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? text : asText(text));
const asJson = (text: string): string => JSON.stringify(JSON.parse(text));

const text: CellWriter = { type: "VARCHAR", write: asText };
const boolean: CellWriter = { type: "BOOLEAN", write: (value) => (value === "t" ? "true" : "false") };
const integer: CellWriter = { type: "BIGINT", write: asNumber };
const number: CellWriter = { type: "DOUBLE", write: asNumber };
/** The session's time zone is UTC, so the offset says nothing that is not known. */
const instant: CellWriter = { type: "TIMESTAMP", write: (value) => asText(value.replace(/\+00(:00)?(?= |$)/, "")) };
const bytes: CellWriter = { type: "VARCHAR", write: (value) => asText(Buffer.from(value.replace(/^\\x/, ""), "hex").toString("base64")) };

const PRECISION_SHIFT = 16;
const MODIFIER_OFFSET = 4;
const MOST_DIGITS = 38;

/** A number with a stated precision keeps every digit, which it does as a text; one without becomes a double. */
function decimalOf(modifier: number): CellWriter {
  if (modifier < MODIFIER_OFFSET) return number;
  const precision = ((modifier - MODIFIER_OFFSET) >> PRECISION_SHIFT) & 0xffff;
  // The scale is the low eleven bits, in two's complement.
  const scale = (((modifier - MODIFIER_OFFSET) & 0x7ff) ^ 1024) - 1024;
  return precision <= MOST_DIGITS && scale >= 0 && scale <= precision ? { type: `DECIMAL(${String(precision)},${String(scale)})`, write: asText } : number;
}

/** By the number of the type, which PostgreSQL never changes. */
const writers: Record<number, CellWriter> = {
  16: boolean,
  20: integer, 21: integer, 23: integer, 26: integer,
  700: number, 701: number,
  17: bytes,
  114: { type: "JSON", write: asJson }, 3802: { type: "JSON", write: asJson },
  1082: { type: "DATE", write: asText }, 1114: instant, 1184: instant,
};

/** Types of lists, each with that of its elements. */
const lists: Record<number, number> = { 1000: 16, 1005: 21, 1007: 23, 1016: 20, 1021: 700, 1022: 701, 1231: 1700, 1009: 25, 1014: 25, 1015: 25, 1182: 1082, 1115: 1114, 1185: 1184, 2951: 25, 199: 114, 3807: 3802 };
const LIST_OF_TEXTS = 1009;
const NUMERIC = 1700;

type Nested = string | null | Nested[];

/** The driver knows how any list is written, but its types name only some. */
const parsers: { getTypeParser: (id: number, format: "text") => unknown } = types;
const readList = parsers.getTypeParser(LIST_OF_TEXTS, "text") as (value: string) => Nested[];

/** PostgreSQL's lists may have any number of dimensions, row by row; where one has several, the column is JSON. */
function listOf(element: CellWriter): CellWriter {
  let isDeep = false;
  const writeItems = (items: Nested[]): string => {
    isDeep ||= items.some((item) => Array.isArray(item));
    return `[${items.map((item) => (item === null ? "null" : Array.isArray(item) ? writeItems(item) : element.write(item))).join(",")}]`;
  };
  return {
    get type() {
      return isDeep ? "JSON" : `${element.type}[]`;
    },
    write: (value) => writeItems(readList(value)),
  };
}

/** What is not known by its number — enumerations, intervals, addresses, ranges — keeps PostgreSQL's own text. */
export function makeWriter({ dataTypeID, dataTypeModifier }: Pick<FieldDef, "dataTypeID" | "dataTypeModifier">): CellWriter {
  if (dataTypeID === NUMERIC) return decimalOf(dataTypeModifier);
  const element = lists[dataTypeID];
  if (element !== undefined) return listOf(element === NUMERIC ? decimalOf(dataTypeModifier) : (writers[element] ?? text));
  return writers[dataTypeID] ?? text;
}
