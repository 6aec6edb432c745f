import { fold, isOneOf } from "./find-words";
import { ANSWER_NOUNS, SCORE_NOUNS, SCORE_NOUNS_WITHOUT_EDGES } from "./score-words";

const RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const isRow = (line: string): boolean => /^\s*\|.*\|\s*$/.test(line) || line.split("|").length > 2;
const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

const SCORE_WORDS = [...SCORE_NOUNS, ...SCORE_NOUNS_WITHOUT_EDGES];
const namesScore = (cell: string): boolean => isOneOf(fold(cell).replace(/\([^)]*\)|\[[^\]]*\]|\/\s*\d+|[\d-]+/g, ""), SCORE_WORDS);

/** Tables of Markdown as lines of “name: value”, by the column that is headed as a score; other tables row by row. */
export function unrollTables(text: string): string {
  const lines = text.split("\n");
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (!isRow(line) || !RULE.test(lines[at + 1] ?? "")) {
      out.push(line);
      continue;
    }
    const header = cellsOf(line);
    const column = header.findIndex(namesScore);
    at += 2;
    const rows: string[][] = [];
    for (; at < lines.length && isRow(lines[at] ?? ""); at += 1) rows.push(cellsOf(lines[at] ?? ""));
    at -= 1;
    for (const row of rows) out.push(unrollRow(row, header, column));
  }
  return out.join("\n");
}

function unrollRow(row: string[], header: string[], column: number): string {
  if (column >= 0) {
    const name = column === 0 ? "score" : (row[0] ?? "");
    return `${name === "" || /^\d+$/.test(name) || isOneOf(name, ANSWER_NOUNS) ? "score" : name}: ${row[column] ?? ""}`;
  }
  // Without a column of scores each cell is told by its head, or by the first of its row.
  const isNamed = !/\d/.test(row[0] ?? "");
  return row
    .slice(isNamed ? 1 : 0)
    .map((cell, index) => `${isNamed ? (row[0] ?? "") : (header[index] ?? "")}: ${cell}`)
    .join("\n");
}
