import { ZipFile } from "yazl";
import type { SourceFile } from "@/lib/tables/files/source-file";
import { openZip, readMember, type ZipMember } from "@/lib/tables/files/zip-archive";
import { type DocumentText, MAX_DOCUMENT_BYTES } from "./document";
import { readHtml } from "./html-text";
import { findHiddenStyles, rewriteWordXml } from "./word-xml";

/** Parts that text stands in; the others are what it looks like. */
const isText = /^word\/(document|footnotes|endnotes)\d*\.xml$/;

/**
 * Word's headings become headings, its lists lists, its formulas text; pictures and what is hidden are left out. Throws
 * `zip_unsafe`, `file_too_large`, and what `mammoth` throws of a file that is no document of Word.
 */
export async function readDocx(file: SourceFile): Promise<DocumentText> {
  // What unpacks it after us does not look for bombs.
  const archive = await openZip(file, { members: 10_000, bytes: 2 * MAX_DOCUMENT_BYTES });
  try {
    const members = archive.members.filter(({ name }) => /\.(xml|rels)$/.test(name));
    const styles = members.find(({ name }) => name === "word/styles.xml");
    const hiddenStyles = styles ? findHiddenStyles(await readXml(styles)) : new Set<string>();
    const zip = new ZipFile();
    for (const member of members) {
      const xml = isText.test(member.name) ? Buffer.from(rewriteWordXml(await readXml(member), hiddenStyles)) : await readMember(member, MAX_DOCUMENT_BYTES);
      zip.addBuffer(xml, member.name, { compress: false });
    }
    zip.end();
    const pieces: Buffer[] = [];
    for await (const piece of zip.outputStream as AsyncIterable<Buffer>) pieces.push(piece);
    const { default: mammoth } = await import("mammoth");
    const convertImage = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
    const { value } = await mammoth.convertToHtml({ buffer: Buffer.concat(pieces) }, { convertImage, styleMap: ["p[style-name='Title'] => h1:fresh"] });
    // Word's spaces are text, but for that before a note; the arrow back from it is mammoth's.
    const html = value.replaceAll(/(<li id="[^"]*note-\d+"><p>) +/g, "$1").replaceAll(/ ?<a href="#[^"]*note-ref-\d+">↑<\/a>/g, "");
    return readHtml(`<div style="white-space: pre-wrap">${html}</div>`);
  } finally {
    archive.close();
  }
}

/** XML without a declaration of its encoding is UTF-8; some programs write UTF-16. */
async function readXml(member: ZipMember): Promise<string> {
  const bytes = await readMember(member, MAX_DOCUMENT_BYTES);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return new TextDecoder(isUtf16 ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(bytes);
}
