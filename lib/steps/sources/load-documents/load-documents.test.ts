import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { readDocument } from "@/lib/documents/read-document";
import type { TableRunner } from "../../_sdk/step-runner";
import type { StepOutcome } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
import { makePdf } from "@/tests/support/make-files";
import { definition } from "./definition";
import { run } from "./runner";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-documents-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function pack(members: Record<string, string | Uint8Array>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(members)) zip.addBuffer(Buffer.from(content as Uint8Array), name);
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

function makeDocx(): Promise<Buffer> {
  const space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const paragraph = (text: string, style?: string): string => `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ""}<w:r><w:t>${text}</w:t></w:r></w:p>`;
  return pack({
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/styles.xml": `<w:styles ${space}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
    "word/document.xml": `<w:document ${space}><w:body>${paragraph("Đầu đề", "Heading1")}${paragraph("Nội dung &amp; hơn nữa.")}</w:body></w:document>`,
  });
}

async function load(name: string, content: Uint8Array, params: Record<string, unknown> = {}): Promise<StepOutcome> {
  const path = join(folder, "given");
  await writeFile(path, content);
  return runStepFixture(
    { definition, runner: run as unknown as TableRunner<Record<string, unknown>>, filePath: () => Promise.resolve(path) },
    { params: { ...definition.defaults, file: { sha256: "0".repeat(64), name }, ...params }, expect: {} },
  );
}

it("reads a PDF with its title, pages and paragraphs", async () => {
  const { outputs, error } = await load("paper.pdf", makePdf([["First line", "of a paragraph.", "", "Another."], ["Second page."]], "A paper"), { chunkBy: "paragraph", chunkSize: 30, chunkOverlap: 0 });
  expect(error).toBeNull();
  expect(outputs["output"]).toEqual([
    { file: "paper.pdf", title: "A paper", page: 1, section: null, chunk: 0, text: "First line\nof a paragraph.", start: 0 },
    { file: "paper.pdf", title: "A paper", page: 1, section: null, chunk: 1, text: "Another.\n\nSecond page.", start: 28 },
  ]);
});

it("reads exponents and indices of a PDF as such, whatever page they are on", async () => {
  const raised = (text: string, by: number): string => `/F1 8 Tf ${String(by)} Ts (${text}) Tj 0 Ts /F1 12 Tf`;
  const { outputs } = await load("powers.pdf", makePdf([[]], "Powers", `BT /F1 12 Tf 72 720 Td (n = 10) Tj ${raised("-3", 5)} ( of H) Tj ${raised("2", -2)} (O) Tj ET`));
  expect(outputs["output"]?.[0]?.["text"]).toBe("n = 10⁻³ of H₂O");
});

it("reads a Word document with its headings", async () => {
  const { outputs } = await load("word.docx", await makeDocx());
  expect(outputs["output"]).toMatchObject([{ title: "Đầu đề", section: "Đầu đề", text: "Đầu đề\n\nNội dung & hơn nữa.", start: 0 }]);
});

it("reads what it can of an archive, and says of the rest what is wrong", async () => {
  const archive = await pack({ "a/one.txt": "one", "two.md": "# Two\n\ntext", "three.docx": await makeDocx(), "scan.pdf": makePdf([[]], "Scan"), "broken.pdf": "%PDF-1.4 no", "latin.txt": Buffer.from("Málaga, a city", "latin1"), "binary.txt": Buffer.from([0x50, 0, 0, 0xff, 0x81, 0, 0, 7]), "sheet.ods": "x", "__MACOSX/._one.txt": "x", ".DS_Store": "x", "fake.docx": "no archive" });
  const { outputs, failed, error } = await load("all.zip", archive);
  expect(error).toBeNull();
  expect(outputs["output"]?.map((row) => [row["file"], row["title"]])).toEqual([["a/one.txt", null], ["two.md", "Two"], ["three.docx", "Đầu đề"], ["latin.txt", null]]);
  expect(failed.map(({ code, data }) => [code, (data as { name: string }).name])).toEqual([["document_empty", "scan.pdf"], ["file_unreadable", "broken.pdf"], ["document_encoding", "binary.txt"], ["document_format_unknown", "sheet.ods"], ["file_unreadable", "fake.docx"]]);
});

it("calls a broken Word document by that name", async () => {
  const path = join(folder, "broken");
  await writeFile(path, "no archive");
  await expect(readDocument({ path, name: "notes.docx" }, "docx", "auto")).rejects.toMatchObject({ code: "file_unreadable", data: { name: "notes.docx", format: "Word" } });
});

it("does not open a document that is a bomb", async () => {
  const bomb = await pack({ "word/document.xml": Buffer.alloc(32 * 2 ** 20) });
  const { outputs, failed } = await load("all.zip", await pack({ "bomb.docx": bomb, "fine.txt": "fine" }));
  expect(outputs["output"]?.length).toBe(1);
  expect(failed).toMatchObject([{ code: "zip_unsafe" }]);
});

it.each([
  ["gb18030", [0xc4, 0xe3, 0xba, 0xc3, 0xa3, 0xac, 0xca, 0xc0, 0xbd, 0xe7, 0xa1, 0xa3, 0xd5, 0xe2, 0xca, 0xc7, 0xd2, 0xbb, 0xb8, 0xf6, 0xb2, 0xe2, 0xca, 0xd4, 0xa1, 0xa3], "你好，世界。这是一个测试。"],
  ["shift_jis", [0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea, 0x82, 0xcc, 0x83, 0x65, 0x83, 0x4c, 0x83, 0x58, 0x83, 0x67, 0x82, 0xc5, 0x82, 0xb7, 0x81, 0x42, 0x96, 0xbc, 0x91, 0x4f, 0x82, 0xc6, 0x8f, 0x5a, 0x8f, 0x8a], "日本語のテキストです。名前と住所"],
  ["windows-1258", [0x54, 0x69, 0xea, 0xec, 0x6e, 0x67, 0x20, 0x56, 0x69, 0xea, 0xf2, 0x74, 0x20, 0x63, 0x6f, 0xec, 0x20, 0x64, 0xe2, 0xec, 0x75], "Tiếng Việt có dấu"],
  ["utf-16 with its mark", [0xff, 0xfe, 0x48, 0x00, 0x69, 0x00, 0xeb, 0x1e], "Hiừ"],
  ["windows-1252, of one sign", [0x32, 0x30, 0xb0, 0x43], "20°C"],
  ["windows-1252, quoted", [0x49, 0x74, 0x92, 0x73, 0x20, 0x93, 0x6f, 0x6b, 0x94], "It’s “ok”"],
  ["utf-32", [0xff, 0xfe, 0, 0, 0x48, 0, 0, 0, 0xeb, 0x1e, 0, 0], "Hừ"],
])("reads a text in %s", async (_encoding, bytes, text) => {
  const { outputs, error } = await load("notes.txt", new Uint8Array(bytes));
  expect(error).toBeNull();
  expect(outputs["output"]?.[0]?.["text"]).toBe(text);
});

it("reads texts and pages in the encoding that a person names", async () => {
  const given = { encoding: "macintosh" };
  const text = await load("notes.txt", new Uint8Array([0x8e, 0x74, 0x8e]), given);
  expect(text.outputs["output"]?.[0]?.["text"]).toBe("été");
  const page = await load("page.html", Buffer.from('<meta charset="utf-8"><p>\x8et\x8e</p>', "latin1"), given);
  expect(page.outputs["output"]?.[0]?.["text"]).toBe("été");
});
