/** What a cell looks like, as far as a header is told from its body by it. */
export type HeadKind = "empty" | "number" | "boolean" | "date" | "text";

export interface HeadCell {
  text: string;
  kind: HeadKind;
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?%?$|^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/;
const DATE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}(:\d{2})?$/;
const BOOLEAN = /^(true|false)$/i;

export function toHeadCell(text: string): HeadCell {
  const bare = text.trim();
  const kind = bare === "" ? "empty" : NUMBER.test(bare) ? "number" : DATE.test(bare) ? "date" : BOOLEAN.test(bare) ? "boolean" : "text";
  return { text: bare, kind };
}

/**
 * How much speaks for a first row of names, above 0, or for a first row of data, below. A row that differs in kind from the
 * column below it is strong evidence, so is one that is of its kind; names alone are weak evidence. No single name decides.
 */
export function weighHeader([first, ...body]: readonly HeadCell[][]): number {
  if (!first) return 0;
  const weight = first.reduce((sum, head, column) => sum + weighCell(head, body.map((row) => row[column]).filter((cell) => cell !== undefined), column), 0);
  return weight + weighYears(first, body);
}

function weighCell(head: HeadCell, column: readonly HeadCell[], place: number): number {
  const filled = column.filter(({ kind }) => kind !== "empty");
  if (filled.length === 0) return looksLikeName(head) ? 1 : isData(head) ? -1 : 0;
  const kinds = new Set(filled.map(({ kind }) => kind));
  const [kind] = kinds;
  if (kinds.size === 1 && kind !== "text") {
    if (head.kind === "text") return 3;
    if (head.kind === kind) return -3;
    // The index that pandas writes has no name.
    return head.kind === "empty" ? (place === 0 && isCount(column) ? 3 : 0) : 1;
  }
  if (head.kind === "text") {
    if (filled.some(({ text }) => text === head.text)) return -2;
    if (looksLikeName(head)) return 1;
    // A question as a name is longer than any answer to it; a text among texts is not.
    const lengths = filled.map(({ text }) => text.length);
    if (filled.length > 1 && head.text.length > 2 * Math.max(...lengths)) return 1;
    return /[.!?…]["”»]?$/.test(head.text) && head.text.length >= Math.min(...lengths) ? -1 : 0;
  }
  if (head.kind === "empty" || kinds.size > 1 && kinds.has(head.kind)) return 0;
  // A number over nothing but text, as pandas names columns that have no names.
  return 2;
}

/** Years as names over numbers: a table of figures by year. */
function weighYears(first: readonly HeadCell[], body: readonly HeadCell[][]): number {
  const years = first.flatMap(({ text, kind }) => (kind === "number" && /^(1[89]|20|21)\d\d$/.test(text) ? [Number(text)] : []));
  const areSteady = years.length >= 2 && years.every((year, index) => index === 0 || year - (years[index - 1] ?? 0) === (years[1] ?? 0) - (years[0] ?? 0) && year !== years[index - 1]);
  if (!areSteady || !first.some(({ kind }) => kind === "text")) return 0;
  const isMet = body.some((row) => row.filter(({ text }) => /^(1[89]|20|21)\d\d$/.test(text)).length >= years.length);
  return isMet ? 0 : 3 * years.length + 1;
}

function isCount(column: readonly HeadCell[]): boolean {
  const start = Number(column[0]?.text);
  return Number.isInteger(start) && column.every(({ text }, index) => Number(text) === start + index);
}

function isData({ kind }: HeadCell): boolean {
  return kind === "number" || kind === "date";
}

/** A word or a few, as people name columns; no sentence. */
function looksLikeName({ text, kind }: HeadCell): boolean {
  return kind === "text" && text.length <= 60 && text.split(/\s+/).length <= 5 && !/[.!?…,;]$/.test(text);
}
