import { createReadStream } from "node:fs";
import { mkdir, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { storeFile } from "@/lib/engine/file-store";
import type { SharedResources } from "@/lib/engine/resources";

/** Folder in the data folder where an administrator may lay files that are too large to upload. */
function inboxFolder(resources: SharedResources): string {
  return join(resources.dataFolder, "inbox");
}

export async function listDataFiles(resources: SharedResources) {
  const files = await resources.database.prisma.dataFile.findMany({ orderBy: { createdAt: "desc" }, take: 500 });
  await mkdir(inboxFolder(resources), { recursive: true });
  const entries = await readdir(inboxFolder(resources), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name).sort().slice(0, 1000);
  return {
    files: files.map((file) => ({ sha256: file.sha256, name: file.name, size: Number(file.size) })),
    inbox: await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(inboxFolder(resources), name))).size }))),
  };
}

/** Copies a file of the inbox into the store. Throws `file_missing`; a name that leads out of the inbox is as good as missing. */
export async function importFromInbox(resources: SharedResources, name: string) {
  const inbox = await realpath(inboxFolder(resources)).catch(() => null);
  const path = await realpath(join(inboxFolder(resources), name)).catch(() => null);
  if (!inbox || !path?.startsWith(inbox + sep)) throw new AppError("file_missing", { name });
  return storeFile(resources, name, createReadStream(path));
}
