import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { SourceFile } from "./source-file";
import { readXml, type XmlHandler } from "./xlsx-xml";
import type { ZipArchive, ZipMember } from "./zip-archive";

/** What a sheet's cells refer to. */
export interface XlsxWorkbook {
  sheets: { name: string; member: ZipMember; isHidden: boolean }[];
  strings: string[];
  /** By cell style: what its numbers are. */
  formats: NumberFormat[];
  /** Columns and their DuckDB types, in a workbook that Reverie wrote. */
  ownColumns: { name: string; type: string }[] | null;
  /** Days count from 1904 instead of 1900. */
  from1904: boolean;
}

export type NumberFormat = "number" | "date" | "datetime" | "time" | "duration";

/** The table of texts is the one part of a workbook that has to be in memory. */
const MAX_STRINGS_BYTES = 512 * 2 ** 20;

export function isXlsx(archive: ZipArchive): boolean {
  return archive.members.some(({ name }) => name === "xl/workbook.xml");
}

/** Throws `file_unreadable`, `file_too_large`. */
export async function readWorkbook(archive: ZipArchive, file: SourceFile): Promise<XlsxWorkbook> {
  const members = new Map(archive.members.map((member) => [member.name, member]));
  const { listed, from1904 } = await readSheetList(members.get("xl/workbook.xml"));
  const targets = await readTargets(members.get("xl/_rels/workbook.xml.rels"));
  const sheets = listed.flatMap(({ name, relation, isHidden }) => {
    const target = targets.get(relation);
    const member = target === undefined ? undefined : members.get(target.startsWith("/") ? target.slice(1) : `xl/${target}`);
    return member ? [{ name, member, isHidden }] : [];
  });
  if (sheets.length === 0) throw new AppError("file_unreadable", { name: file.name, format: "Excel", detail: "it has no sheet" });
  const strings = members.get("xl/sharedStrings.xml");
  if (strings && strings.size > MAX_STRINGS_BYTES) throw new AppError("file_too_large", { name: file.name, limit: "512 MB of text" });
  return { sheets, strings: await readStrings(strings), formats: await readStyles(members.get("xl/styles.xml")), from1904, ownColumns: await readOwnColumns(members.get("docProps/custom.xml")) };
}

async function readAll(member: ZipMember | undefined, handler: XmlHandler): Promise<void> {
  if (!member) return;
  const pieces = readXml(await member.open(), handler);
  let isDone = false;
  while (!isDone) isDone = (await pieces.next()).done === true;
}

async function readSheetList(member: ZipMember | undefined) {
  const listed: { name: string; relation: string; isHidden: boolean }[] = [];
  let from1904 = false;
  await readAll(member, {
    open(name, attributes) {
      if (name === "workbookPr") from1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
      // Which prefix stands for the relationships is up to the program that wrote them.
      const relation = Object.entries(attributes).find(([attribute]) => attribute.endsWith(":id"))?.[1] ?? "";
      if (name === "sheet") listed.push({ name: attributes["name"] ?? "", relation, isHidden: /hidden/i.test(attributes["state"] ?? "") });
    },
  });
  return { listed, from1904 };
}

async function readTargets(member: ZipMember | undefined): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  await readAll(member, {
    open(name, { Id, Target, Type }) {
      // Sheets that are charts or dialogues have no cells.
      const hasCells = Type === undefined || !/(chart|dialog|macro)sheet$/i.test(Type);
      if (name === "Relationship" && Id !== undefined && Target !== undefined && hasCells) targets.set(Id, Target);
    },
  });
  return targets;
}

async function readStrings(member: ZipMember | undefined): Promise<string[]> {
  const strings: string[] = [];
  let text = "";
  let inText = false;
  // How a word is read aloud is not part of it.
  let inPhonetic = false;
  await readAll(member, {
    open(name) {
      if (name === "si") text = "";
      if (name === "rPh") inPhonetic = true;
      inText = name === "t" && !inPhonetic;
    },
    text(piece) {
      if (inText) text += piece;
    },
    close(name) {
      if (name === "t") inText = false;
      if (name === "rPh") inPhonetic = false;
      if (name === "si") strings.push(text);
    },
  });
  return strings;
}

/** Numbers of Excel's own formats for dates and times. */
const builtIn = new Map<number, NumberFormat>([
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, "date"] as const),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id) => [id, "time"] as const),
  [22, "datetime"],
  [46, "duration"],
]);

async function readStyles(member: ZipMember | undefined): Promise<NumberFormat[]> {
  const formats = new Map(builtIn);
  const styles: NumberFormat[] = [];
  let inCellStyles = false;
  await readAll(member, {
    open(name, { numFmtId, formatCode }) {
      if (name === "cellXfs") inCellStyles = true;
      if (name === "numFmt") formats.set(Number(numFmtId), readFormat(formatCode ?? ""));
      if (name === "xf" && inCellStyles) styles.push(formats.get(Number(numFmtId)) ?? "number");
    },
    close(name) {
      if (name === "cellXfs") inCellStyles = false;
    },
  });
  return styles;
}

/** Hours, minutes or seconds in brackets go on counting beyond the day, the hour and the minute. */
function readFormat(code: string): NumberFormat {
  const [first = ""] = code.replace(/"[^"]*"|\\.|_.|\*./g, "").split(";");
  if (/\[(h+|m+|s+)\]/i.test(first)) return "duration";
  const bare = first.replace(/\[[^\]]*\]/g, "");
  if (/general/i.test(bare)) return "number";
  const hasTime = /[hs]/i.test(bare);
  const hasDate = /[yd]/i.test(bare) || (/m/i.test(bare) && !hasTime);
  return hasDate ? (hasTime ? "datetime" : "date") : hasTime ? "time" : "number";
}

export const OWN_COLUMNS = "reverie.columns";
const ownColumns = z.array(z.object({ name: z.string(), type: z.string() }));

async function readOwnColumns(member: ZipMember | undefined): Promise<XlsxWorkbook["ownColumns"]> {
  let isOwn = false;
  let text = "";
  await readAll(member, {
    open(name, attributes) {
      if (name === "property") isOwn = attributes["name"] === OWN_COLUMNS;
    },
    text(piece) {
      if (isOwn) text += piece;
    },
  });
  try {
    return text === "" ? null : ownColumns.parse(JSON.parse(text));
  } catch {
    // Another program may have changed it; the sheet is read as any other.
    return null;
  }
}
