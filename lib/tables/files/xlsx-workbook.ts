import { AppError } from "@/lib/core/app-error";
import type { SourceFile } from "./source-file";
import { readXml, type XmlHandler } from "./xlsx-xml";
import type { ZipArchive, ZipMember } from "./zip-archive";

/** What a sheet's cells refer to. */
export interface XlsxWorkbook {
  sheets: { name: string; member: ZipMember }[];
  strings: string[];
  /** By cell style: its numbers are dates. */
  isDate: boolean[];
  /** Days count from 1904 instead of 1900. */
  from1904: boolean;
}

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
  const sheets = listed.flatMap(({ name, relation }) => {
    const target = targets.get(relation);
    const member = target === undefined ? undefined : members.get(target.startsWith("/") ? target.slice(1) : `xl/${target}`);
    return member ? [{ name, member }] : [];
  });
  if (sheets.length === 0) throw new AppError("file_unreadable", { name: file.name, format: "Excel", detail: "it has no sheet" });
  const strings = members.get("xl/sharedStrings.xml");
  if (strings && strings.size > MAX_STRINGS_BYTES) throw new AppError("file_too_large", { name: file.name, limit: "512 MB of text" });
  return { sheets, strings: await readStrings(strings), isDate: await readStyles(members.get("xl/styles.xml")), from1904 };
}

async function readAll(member: ZipMember | undefined, handler: XmlHandler): Promise<void> {
  if (!member) return;
  const pieces = readXml(await member.open(), handler);
  let isDone = false;
  while (!isDone) isDone = (await pieces.next()).done === true;
}

async function readSheetList(member: ZipMember | undefined) {
  const listed: { name: string; relation: string }[] = [];
  let from1904 = false;
  await readAll(member, {
    open(name, attributes) {
      if (name === "workbookPr") from1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
      if (name === "sheet") listed.push({ name: attributes["name"] ?? "", relation: attributes["r:id"] ?? "" });
    },
  });
  return { listed, from1904 };
}

async function readTargets(member: ZipMember | undefined): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  await readAll(member, {
    open(name, { Id, Target }) {
      if (name === "Relationship" && Id !== undefined && Target !== undefined) targets.set(Id, Target);
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
const builtInDates = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58]);

async function readStyles(member: ZipMember | undefined): Promise<boolean[]> {
  const dates = new Set(builtInDates);
  const styles: boolean[] = [];
  let inCellStyles = false;
  await readAll(member, {
    open(name, { numFmtId, formatCode }) {
      if (name === "cellXfs") inCellStyles = true;
      if (name === "numFmt" && looksLikeDate(formatCode ?? "")) dates.add(Number(numFmtId));
      if (name === "xf" && inCellStyles) styles.push(dates.has(Number(numFmtId)));
    },
    close(name) {
      if (name === "cellXfs") inCellStyles = false;
    },
  });
  return styles;
}

function looksLikeDate(format: string): boolean {
  const bare = format.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "");
  return /[ymdhs]/i.test(bare) && !/general/i.test(bare);
}
