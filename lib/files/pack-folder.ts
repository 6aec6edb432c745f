import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { ZipFile } from "yazl";
import { AppError } from "@/lib/core/app-error";

const MAX_FILES = 20_000;
/** One for all, so that the same files always make the same archive. */
const TIME = new Date(1980, 0, 2);

interface FolderFile {
  /** With slashes, below the folder. */
  name: string;
  path: string;
  size: number;
}

/** All files of a folder and the folders in it, by name. Links and hidden files are left out. */
async function listFolder(folder: string, prefix = ""): Promise<FolderFile[]> {
  const files: FolderFile[] = [];
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isDirectory()) files.push(...(await listFolder(path, `${name}/`)));
    else if (entry.isFile()) files.push({ name, path, size: (await stat(path)).size });
    if (files.length > MAX_FILES) throw new AppError("folder_too_large", { limit: MAX_FILES });
  }
  return files;
}

/** Bytes in a folder; null where it holds more files than are taken. */
export async function measureFolder(folder: string): Promise<number | null> {
  const files = await listFolder(folder).catch(() => null);
  return files && files.reduce((sum, { size }) => sum + size, 0);
}

/** A folder as a ZIP, uncompressed, streamed. Throws `folder_too_large`. */
export async function packFolder(folder: string): Promise<Readable> {
  const zip = new ZipFile();
  const output = zip.outputStream.pipe(new PassThrough());
  zip.on("error", (error: Error) => output.destroy(error));
  for (const { name, path } of await listFolder(folder)) zip.addFile(path, name, { mtime: TIME, mode: 0o100644, compress: false, forceDosTimestamp: true });
  zip.end();
  return output;
}
