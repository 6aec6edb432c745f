import { createReadStream } from "node:fs";
import { mkdir, readdir, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { storeFile } from "@/lib/engine/file-store";
import type { SharedResources } from "@/lib/engine/resources";
import { measureFolder, packFolder } from "./pack-folder";

/** Folder in the data folder where an administrator may lay files that are too large to upload. */
function inboxFolder(resources: SharedResources): string {
  return join(resources.dataFolder, "inbox");
}

/** Folders of the inbox are listed with a slash at the end. */
export async function listDataFiles(resources: SharedResources) {
  const files = await resources.database.prisma.dataFile.findMany({ orderBy: { createdAt: "desc" }, take: 500 });
  await mkdir(inboxFolder(resources), { recursive: true });
  const entries = await readdir(inboxFolder(resources), { withFileTypes: true });
  const listed = entries.filter((entry) => entry.isFile() || (entry.isDirectory() && !entry.name.startsWith("."))).sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, 1000);
  const inbox = await Promise.all(
    listed.map(async (entry) => {
      const path = join(inboxFolder(resources), entry.name);
      if (entry.isFile()) return { name: entry.name, size: (await stat(path)).size };
      const size = await measureFolder(path);
      return size === null ? null : { name: `${entry.name}/`, size };
    }),
  );
  return {
    files: files.map((file) => ({ sha256: file.sha256, name: file.name, size: Number(file.size) })),
    inbox: inbox.filter((entry) => entry !== null),
  };
}

/**
 * Copies a file of the inbox into the store, a folder as a ZIP: from then on its content is what counts. Throws
 * `file_missing`, `folder_too_large`; a name that leads out of the inbox is as good as missing.
 */
export async function importFromInbox(resources: SharedResources, name: string) {
  const inbox = await realpath(inboxFolder(resources)).catch(() => null);
  const path = await realpath(join(inboxFolder(resources), name)).catch(() => null);
  if (!inbox || !path?.startsWith(inbox + sep)) throw new AppError("file_missing", { name });
  if ((await stat(path)).isDirectory()) return storeFile(resources, `${basename(path)}.zip`, await packFolder(path));
  return storeFile(resources, name, createReadStream(path));
}
