import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ZipFile } from "yazl";
import type { TableRunner } from "../../_sdk/step-runner";
import type { StepOutcome } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
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

/** A PDF with a line of text for each string, a page for each list. */
function makePdf(pages: string[][], title: string): Buffer {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>", `<< /Type /Pages /Kids [${pages.map((_, index) => `${5 + 2 * index} 0 R`).join(" ")}] /Count ${pages.length} >>`, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", `<< /Title (${title}) >>`];
  for (const [index, lines] of pages.entries()) {
    const content = `BT /F1 12 Tf 14 TL 72 720 Td ${lines.map((line) => (line === "" ? "T*" : `(${line}) Tj T*`)).join(" ")} ET`;
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${6 + 2 * index} 0 R >>`, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  return Buffer.from(`${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${file.length}\n%%EOF`, "latin1");
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

it("reads a Word document with its headings", async () => {
  const { outputs } = await load("word.docx", await makeDocx());
  expect(outputs["output"]).toMatchObject([{ title: "Đầu đề", section: "Đầu đề", text: "Đầu đề\n\nNội dung & hơn nữa.", start: 0 }]);
});

it("reads what it can of an archive, and says of the rest what is wrong", async () => {
  const archive = await pack({ "a/one.txt": "one", "two.md": "# Two\n\ntext", "three.docx": await makeDocx(), "scan.pdf": makePdf([[]], "Scan"), "broken.pdf": "%PDF-1.4 no", "latin.txt": Buffer.from("Málaga", "latin1"), "sheet.ods": "x", "__MACOSX/._one.txt": "x", ".DS_Store": "x", "fake.docx": "no archive" });
  const { outputs, failed, error } = await load("all.zip", archive);
  expect(error).toBeNull();
  expect(outputs["output"]?.map((row) => [row["file"], row["title"]])).toEqual([["a/one.txt", null], ["two.md", "Two"], ["three.docx", "Đầu đề"]]);
  expect(failed.map(({ code, data }) => [code, (data as { name: string }).name])).toEqual([["document_empty", "scan.pdf"], ["file_unreadable", "broken.pdf"], ["document_encoding", "latin.txt"], ["document_format_unknown", "sheet.ods"], ["file_unreadable", "fake.docx"]]);
});

it("does not open a document that is a bomb", async () => {
  const bomb = await pack({ "word/document.xml": Buffer.alloc(32 * 2 ** 20) });
  const { outputs, failed } = await load("all.zip", await pack({ "bomb.docx": bomb, "fine.txt": "fine" }));
  expect(outputs["output"]?.length).toBe(1);
  expect(failed).toMatchObject([{ code: "zip_unsafe" }]);
});
