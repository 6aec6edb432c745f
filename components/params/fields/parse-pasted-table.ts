/**
 * Cells as a spreadsheet puts them on the clipboard: tabs between cells, quotes around cells that hold tabs, quotes or
 * line breaks, quotes in them doubled.
 */
export function parsePastedTable(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    rows.at(-1)?.push(cell);
    cell = "";
  };
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(index + 1) === '"') {
        cell += '"';
        index++;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === "\t") endCell();
    else if (char === "\n") {
      endCell();
      rows.push([]);
    } else if (char !== "\r") cell += char;
  }
  endCell();
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}
