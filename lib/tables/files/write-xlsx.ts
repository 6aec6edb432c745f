import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { AppError } from "@/lib/core/app-error";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { writeCell } from "./own-cells";
import { OWN_COLUMNS } from "./xlsx-workbook";

/** Excel's own limits. */
const MAX_ROWS = 1_048_575;
const MAX_COLUMNS = 16_384;
const MAX_CELL = 32_767;

export interface XlsxExport {
  /** A view or a bracketed query, in row order. */
  from: string;
  columns: readonly { name: string; type: string }[];
  path: string;
}

/**
 * Writes a workbook of one sheet. DuckDB makes the rows as XML, so that any number of them fits in memory. What a cell of Excel
 * cannot hold (whole numbers of more than 15 digits, times finer than a thousandth, lists, bytes) is text in it; the columns'
 * types stand in a property of the document, by which `loadXlsx` reads the same table again. Throws `export_too_large`.
 */
export async function writeXlsx(sql: SqlSession, { from, columns, path }: XlsxExport): Promise<void> {
  await checkLimits(sql, from, columns);
  const rows = `${path}.rows`;
  const cells = columns.map(({ name, type }) => cellXml(quoteIdentifier(name), type));
  await sql.run(`COPY (SELECT '<row>' || ${cells.join(" || ")} || '</row>' FROM ${from}) TO ${quoteLiteral(rows)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER e'\\x01')`);
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(parts(columns))) zip.addBuffer(Buffer.from(content), name);
  const header = `<row>${columns.map(({ name }) => `<c t="inlineStr"><is><t xml:space="preserve">${escapeXml(name)}</t></is></c>`).join("")}</row>`;
  zip.addReadStream(Readable.from(sheetOf(header, rows)), "xl/worksheets/sheet1.xml");
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

async function* sheetOf(header: string, rows: string): AsyncGenerator<Buffer> {
  yield Buffer.from(`${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>${header}`);
  yield* createReadStream(rows, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
  yield Buffer.from("</sheetData></worksheet>");
}

async function checkLimits(sql: SqlSession, from: string, columns: XlsxExport["columns"]): Promise<void> {
  if (columns.length > MAX_COLUMNS) throw new AppError("export_too_large", { what: `${columns.length} columns`, limit: `${MAX_COLUMNS} columns` });
  const lengths = columns.map(({ name, type }, index) => `max(length(${writeCell(quoteIdentifier(name), type)})) AS longest${index}`);
  const [row] = await sql.query(`SELECT count(*) AS rows, ${lengths.join(", ")} FROM ${from}`);
  if (Number(row?.["rows"]) > MAX_ROWS) throw new AppError("export_too_large", { what: `${String(row?.["rows"])} rows`, limit: `${MAX_ROWS} rows` });
  const long = columns.find((_, index) => Number(row?.[`longest${index}`] ?? 0) > MAX_CELL);
  if (long) throw new AppError("export_too_large", { what: `a text of more than ${MAX_CELL} characters in “${long.name}”`, limit: `${MAX_CELL} characters a cell` });
}

const wholes = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;

/** SQL of a cell as XML; null leaves its place empty. */
function cellXml(column: string, type: string): string {
  const text = writeCell(column, type);
  const asText = `'<c t="inlineStr"><is><t xml:space="preserve">' || ${escapeSql(text)} || '</t></is></c>'`;
  const asNumber = (value: string, style: number): string => `'<c s="${style}"><v>' || (${value}) || '</v></c>'`;
  const ifHeld = (test: string, number: string): string => `CASE WHEN ${column} IS NULL THEN '<c/>' WHEN ${test} THEN ${number} ELSE ${asText} END`;
  if (wholes.test(type)) return ifHeld(`${column} BETWEEN -999999999999999 AND 999999999999999`, asNumber(text, 0));
  if (type === "DOUBLE" || type === "FLOAT") return ifHeld(`isfinite(${column})`, asNumber(text, 0));
  if (type.startsWith("DECIMAL")) return ifHeld(`length(regexp_replace(${text}, '[-.]', '', 'g')) <= 15`, asNumber(text, 0));
  if (type === "BOOLEAN") return ifHeld("true", `'<c t="b"><v>' || ${column}::INTEGER || '</v></c>'`);
  // Excel's days are counted from the end of 1899, and right from March 1900 on.
  if (type === "DATE") return ifHeld(`${column} BETWEEN DATE '1900-03-01' AND DATE '9999-12-31'`, asNumber(`${column} - DATE '1899-12-30'`, 1));
  if (type === "TIMESTAMP") {
    const isHeld = `isfinite(${column}) AND ${column} BETWEEN TIMESTAMP '1900-03-01' AND TIMESTAMP '9999-12-31' AND epoch_us(${column}) % 1000 = 0`;
    return ifHeld(isHeld, asNumber(`(epoch_ms(${column}) + 2209161600000) / 86400000.0`, 2));
  }
  if (type === "TIME") return ifHeld(`epoch_us(${column}) % 1000 = 0 AND epoch_us(${column}) < 86400000000`, asNumber(`epoch_us(${column}) / 86400000000.0`, 3));
  return ifHeld("false", "''");
}

/** As `escapeXml`, in SQL. */
function escapeSql(text: string): string {
  const marked = `replace(replace(replace(replace(${text}, '_x', '_x005F_x'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`;
  const controls = controlCodes.reduce((sql, code) => `replace(${sql}, chr(${code}), '${escapeCode(code)}')`, marked);
  return `CASE WHEN regexp_matches(${text}, '[\\x00-\\x08\\x0B-\\x1F]|\\x{FFFE}|\\x{FFFF}') THEN ${controls} ELSE ${marked} END`;
}

/** Signs that XML does not have, and the return, which it would make a line feed. */
const controlCodes = [...Array.from({ length: 32 }, (_, code) => code).filter((code) => code !== 9 && code !== 10), 0xfffe, 0xffff];

function escapeCode(code: number): string {
  return `_x${code.toString(16).toUpperCase().padStart(4, "0")}_`;
}

function escapeXml(text: string): string {
  const marked = text.replaceAll("_x", "_x005F_x").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  return controlCodes.reduce((escaped, code) => escaped.replaceAll(String.fromCharCode(code), escapeCode(code)), marked);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

function parts(columns: XlsxExport["columns"]): Record<string, string> {
  const type = `${OFFICE}/relationships`;
  const own = JSON.stringify(columns.map(({ name, type: duckType }) => ({ name, type: duckType })));
  return {
    "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/></Types>`,
    "_rels/.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${type}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="${type}/custom-properties" Target="docProps/custom.xml"/></Relationships>`,
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${type}"><sheets><sheet name="Table" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${type}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${type}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" xfId="0"/>${[164, 165, 166].map((id) => `<xf numFmtId="${id}" xfId="0" applyNumberFormat="1"/>`).join("")}</cellXfs></styleSheet>`,
    "docProps/custom.xml": `${XML}<Properties xmlns="${OFFICE}/custom-properties" xmlns:vt="${OFFICE}/docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="${OWN_COLUMNS}"><vt:lpwstr>${own.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</vt:lpwstr></property></Properties>`,
  };
}
