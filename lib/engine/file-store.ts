import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError, toAppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import type { FileRef } from "@/lib/steps/_sdk/param-fields";
import type { SharedResources } from "./resources";

/** Absolute path of an uploaded file. Throws `file_missing`. */
export async function filePath(resources: Pick<SharedResources, "dataFolder">, file: FileRef): Promise<string> {
  const path = join(resources.dataFolder, "files", file.sha256);
  if (!/^[0-9a-f]{64}$/.test(file.sha256) || !existsSync(path)) throw new AppError("file_missing", { name: file.name });
  return Promise.resolve(path);
}

/** Stores a file by its content, streaming; the same content is stored once. Throws `disk_full`. */
export async function storeFile(resources: SharedResources, name: string, content: Readable): Promise<FileRef & { size: number }> {
  const folder = join(resources.dataFolder, "files");
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, createId("upload"));
  const hash = createHash("sha256");
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(content, meter, createWriteStream(unfinished));
    const handle = await open(unfinished, "r");
    await handle.sync();
    await handle.close();
    const sha256 = hash.digest("hex");
    const { size } = await stat(unfinished);
    await rename(unfinished, join(folder, sha256));
    await resources.database.prisma.dataFile.upsert({ where: { sha256 }, create: { sha256, name, size }, update: { name } });
    return { sha256, name, size };
  } catch (error) {
    await rm(unfinished, { force: true });
    throw toAppError(error, (error as NodeJS.ErrnoException).code === "ENOSPC" ? "disk_full" : "internal");
  }
}
