import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { BufferedFile } from "./buffered-file";
import { FailureLog } from "./failure-log";
import { quoteLiteral } from "../quote-literal";
import { readLines } from "./read-lines";
import {
  MAX_LINE_WORDS,
  type SourceContext,
  type SourceFile,
  type SourceOptions,
  type SourceTable,
} from "./source-file";

/** Loads a text file, a row for each line, as the column `text`. */
export async function loadText(
  { scratch, signal }: SourceContext,
  file: SourceFile,
  { encoding }: SourceOptions,
): Promise<SourceTable> {
  const path = join(scratch, "rows.jsonl");
  const clean = await BufferedFile.create(path);
  const failures = new FailureLog(join(scratch, "failures.jsonl"));
  let rows = 0;
  let longest = 0;
  for await (const batch of readLines(file, encoding)) {
    signal?.throwIfAborted();
    for (const { line, bytes } of batch) {
      if (bytes === null) {
        await failures.add(
          "file_line_too_long",
          { line, name: file.name, limit: MAX_LINE_WORDS },
          rows,
        );
        continue;
      }
      const row = Buffer.from(
        `${JSON.stringify({ text: bytes.toString("utf8") })}\n`,
      );
      clean.add(row);
      longest = Math.max(longest, row.length);
      rows++;
    }
    await clean.drain();
  }
  await clean.close();
  const failed = await failures.close();
  if (rows === 0 && failures.count === 0)
    throw new AppError("file_empty", { name: file.name });
  const size = Math.max(16 * 1024 * 1024, 2 * longest + 1024);
  const query = `SELECT text FROM read_json(${quoteLiteral(path)}, format = 'newline_delimited', columns = {'text': 'VARCHAR'}, maximum_object_size = ${size})`;
  return {
    query,
    columns: [{ name: "text", type: "text" }],
    rows,
    failures: failed,
  };
}
