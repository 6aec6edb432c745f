import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { AppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import type { SharedResources } from "@/lib/engine/resources";
import { findStepResults } from "@/lib/engine/step-result";
import { exportTable, type ExportFormat } from "@/lib/tables/export-table";
import { openTable, withSession } from "./open-table";

const contentTypes: Record<ExportFormat, string> = {
  parquet: "application/vnd.apache.parquet",
  jsonl: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** Always as an attachment of a fixed type, so that no browser takes a user's text for a page. */
async function sendFile(path: string, name: string, contentType: string, after: () => void): Promise<Response> {
  const { size } = await stat(path);
  const stream = createReadStream(path).once("close", after);
  const headers = {
    "content-type": contentType,
    "content-length": String(size),
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
  return new Response(Readable.toWeb(stream) as ReadableStream, { headers });
}

/** The whole table as a file, written to disk first: its size is then known, and a broken query is an error, not half a file. */
export async function downloadTable(resources: SharedResources, tableId: string, options: { format: ExportFormat; spreadsheetSafe: boolean }, signal: AbortSignal): Promise<Response> {
  const { manifest } = await openTable(resources, tableId);
  if (manifest.columns.length === 0) throw new AppError("table_missing");
  const folder = join(resources.dataFolder, "tmp", createId("download"));
  await mkdir(folder, { recursive: true });
  const path = join(folder, `table.${options.format}`);
  const remove = (): void => void rm(folder, { recursive: true, force: true });
  try {
    await withSession(resources, signal, (session) => exportTable(session, { ...options, path, dataFolder: resources.dataFolder, manifest }));
    return await sendFile(path, `${tableId.split("~").slice(1).join("-").slice(-60)}.${options.format}`, contentTypes[options.format], remove);
  } catch (error) {
    remove();
    throw error;
  }
}

/** A file that an export step kept. Found by name in the step's result, so that no name leads anywhere else. */
export async function downloadKeptFile(resources: SharedResources, fingerprint: string, name: string): Promise<Response> {
  const result = (await findStepResults(resources, [fingerprint])).get(fingerprint);
  const file = result?.outputs.files.find((candidate) => candidate.name === name);
  if (!file) throw new AppError("not_found", { what: "file", id: name });
  return sendFile(join(resources.dataFolder, file.file), file.name, "application/octet-stream", () => undefined);
}
