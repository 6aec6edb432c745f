import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SqlSession } from "../../_sdk/step-runner";

/** What is on disk of a remote file. */
export interface Part {
  /** Rows that can be read, of a Parquet file; null where all is there, or where only reading tells. */
  rows: number | null;
  isWhole: boolean;
}

interface Target {
  blob: Blob;
  to: string;
  signal?: AbortSignal | undefined;
}

type WebStream = Parameters<typeof Readable.fromWeb>[0];

export async function downloadWhole({ blob, to, signal }: Target): Promise<Part> {
  await pipeline(Readable.fromWeb(blob.stream() as WebStream), createWriteStream(to), ...(signal ? [{ signal }] : []));
  return { rows: null, isWhole: true };
}

/**
 * The first row groups of a Parquet file, as many as hold the rows asked for: the rest of the file stays a hole, which no
 * query touches that asks for these rows alone.
 */
export async function downloadParquetStart(target: Target, sql: SqlSession, rows: number): Promise<Part> {
  const { blob, to, signal } = target;
  const tail = blob.size > 12 ? await readRange(blob, blob.size - 8, blob.size) : Buffer.alloc(8);
  const footer = blob.size - 8 - tail.readUInt32LE(0);
  if (tail.toString("latin1", 4) !== "PAR1" || footer < 4) return downloadWhole(target);
  const handle = await open(to, "w");
  try {
    await handle.truncate(blob.size);
    await handle.write("PAR1", 0);
    await handle.write(await readRange(blob, footer, blob.size), 0, null, footer);
    const groups = await sql.query(
      `SELECT any_value(row_group_num_rows)::BIGINT AS rows,
        min(CASE WHEN dictionary_page_offset > 0 THEN least(dictionary_page_offset, data_page_offset) ELSE data_page_offset END)::BIGINT AS start
       FROM parquet_metadata(?) GROUP BY row_group_id ORDER BY row_group_id`,
      [to],
    );
    let held = 0;
    const wanted = groups.findIndex((group) => (held += Number(group["rows"])) >= rows) + 1;
    const end = Number(groups[wanted]?.["start"] ?? 0);
    if (wanted === 0 || wanted >= groups.length || groups.slice(0, wanted).some((group) => Number(group["start"]) >= end)) return await downloadWhole(target);
    let at = 0;
    for await (const piece of Readable.fromWeb(blob.slice(0, end).stream() as WebStream, signal ? { signal } : {}) as AsyncIterable<Uint8Array>) {
      await handle.write(piece, 0, null, at);
      at += piece.length;
    }
    return { rows: held, isWhole: false };
  } finally {
    await handle.close();
  }
}

/** The first lines of a text file, up to one that ends outside of quotes. */
export async function downloadLines({ blob, to, signal }: Target, lines: number, hasQuotes: boolean): Promise<Part> {
  const handle = await open(to, "w");
  const stop = new AbortController();
  const stream = Readable.fromWeb(blob.stream() as WebStream, { signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal });
  let found = 0;
  let inQuotes = false;
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      for (const [at, byte] of piece.entries()) {
        if (hasQuotes && byte === 34) inQuotes = !inQuotes;
        if (byte !== 10 || inQuotes || ++found < lines) continue;
        await handle.write(piece.subarray(0, at + 1));
        return { rows: null, isWhole: false };
      }
      await handle.write(piece);
    }
    return { rows: null, isWhole: true };
  } finally {
    await handle.close();
    stream.on("error", () => undefined);
    stop.abort();
  }
}

async function readRange(blob: Blob, start: number, end: number): Promise<Buffer> {
  return Buffer.from(await blob.slice(start, end).arrayBuffer());
}
