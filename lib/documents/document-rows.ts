import { join } from "node:path";
import type { AppError } from "@/lib/core/app-error";
import { CellRows } from "@/lib/tables/files/cell-rows";
import { FailureLog } from "@/lib/tables/files/failure-log";
import type { TextEncoding } from "@/lib/core/text-encodings";
import type { SourceTable } from "@/lib/tables/files/source-file";
import { type Chunking, chunkDocument } from "./chunk-document";
import type { DocumentText } from "./document";

/** Columns of every table of documents, after those that say where a document is from. */
const columns = [
  { name: "title", type: "VARCHAR" },
  { name: "page", type: "BIGINT" },
  { name: "section", type: "VARCHAR" },
  { name: "chunk", type: "BIGINT" },
  { name: "text", type: "VARCHAR" },
  { name: "start", type: "BIGINT" },
];

/** A table of documents or their chunks, written to a file as they are read. */
export class DocumentRows {
  private readonly guessed = new Set<TextEncoding>();
  private readonly unread = { documents: 0, characters: 0, first: "" };

  private constructor(
    private readonly rows: CellRows,
    private readonly failures: FailureLog,
    private readonly origin: string,
    private readonly chunking: Chunking | null,
    private readonly rowLimit: number | null,
  ) {}

  /** `origin` is the name of the first column, which says where a document is from. */
  static async create(scratch: string, options: { origin: string; chunking: Chunking | null; rowLimit: number | null }): Promise<DocumentRows> {
    return new DocumentRows(await CellRows.create(scratch), new FailureLog(join(scratch, "failures.jsonl")), options.origin, options.chunking, options.rowLimit);
  }

  get isFull(): boolean {
    return this.rowLimit !== null && this.rows.count >= this.rowLimit;
  }

  async add(origin: string, document: DocumentText): Promise<void> {
    if (document.guessed) this.guessed.add(document.guessed);
    if (document.unread) {
      if (this.unread.documents++ === 0) this.unread.first = origin;
      this.unread.characters += document.unread;
    }
    for (const { page, detail } of document.failures) await this.failures.add("document_page_unreadable", { name: origin, page, detail }, this.rows.count);
    for (const { page, section, index, text, start } of chunkDocument(document, this.chunking)) {
      if (this.isFull) return;
      const cells = [origin, document.title, page, section.length === 0 ? null : section.join(" > "), index, text, start];
      await this.rows.add(cells.map((cell) => JSON.stringify(typeof cell === "string" ? cell.toWellFormed() : cell)));
    }
  }

  fail({ code, data }: AppError): Promise<void> {
    return this.failures.add(code, data, this.rows.count);
  }

  async close(): Promise<SourceTable> {
    const failures = await this.failures.close();
    const table = await this.rows.close([{ name: this.origin, type: "VARCHAR" }, ...columns]);
    const { documents, characters, first } = this.unread;
    const notes = [
      ...[...this.guessed].map((encoding) => ({ code: "encoding", data: { encoding }, param: "encoding" })),
      ...(documents > 0 ? [{ code: "characters_unread", data: { documents, characters, first }, param: "encoding" }] : []),
    ];
    return { ...table, rows: this.rows.count, failures, notes };
  }
}
