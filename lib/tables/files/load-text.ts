import { AppError } from "@/lib/core/app-error";
import { JsonRows } from "./json-rows";
import type { TextSource } from "./open-text";
import { readLines } from "./read-lines";
import type { SourceContext, SourceTable } from "./source-file";

/** Loads a text file, a row for each line, as the column `text`. */
export async function loadText({ scratch, signal }: SourceContext, text: TextSource): Promise<SourceTable> {
  const rows = await JsonRows.create(scratch, text);
  for await (const batch of readLines(text)) {
    signal?.throwIfAborted();
    for (const { line, bytes } of batch) await rows.take({ line, bytes: bytes && text.isSound(bytes) ? Buffer.from(JSON.stringify({ text: bytes.toString("utf8") })) : bytes });
    await rows.drain();
  }
  const table = await rows.close();
  if (rows.rows === 0 && rows.failed === 0) throw new AppError("file_empty", { name: text.file.name });
  return { ...table, notes: text.notes };
}
