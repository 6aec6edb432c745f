import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "@/lib/core/canonical-json";
import { sha256Hex } from "@/lib/core/sha256";
import type { SharedResources } from "./resources";

/** Bytes that all of them may take; those not used for longest go first. */
const MOST_BYTES = 8 * 2 ** 30;

interface DerivedFrom {
  /** `<fingerprint>/<port>` of the table. */
  address: string;
  settings: Record<string, string | number>;
  /** On the same disk. */
  scratch: string;
}

/** A file made of a stored table, kept between runs. Two that make it at once make the same; the later one takes its place. */
export async function derivedFile({ dataFolder }: Pick<SharedResources, "dataFolder">, { address, settings, scratch }: DerivedFrom, make: (path: string) => Promise<void>): Promise<string> {
  const folder = join(dataFolder, "derived");
  const path = join(folder, sha256Hex(canonicalJson({ address, settings })));
  if (existsSync(path)) {
    const now = new Date();
    await utimes(path, now, now);
    return path;
  }
  const unfinished = join(scratch, "derived");
  await make(unfinished);
  await mkdir(folder, { recursive: true });
  await rename(unfinished, path);
  await makeRoom(folder, path);
  return path;
}

/** One that is read at this moment stays readable until it is closed. */
async function makeRoom(folder: string, newest: string): Promise<void> {
  const found = await Promise.all((await readdir(folder)).map(async (name) => ({ path: join(folder, name), ...(await describe(join(folder, name))) })));
  let bytes = found.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of found.sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= MOST_BYTES) return;
    if (path === newest) continue;
    await rm(path, { force: true });
    bytes -= size;
  }
}

/** Nothing for a file that another worker has just removed. */
async function describe(path: string): Promise<{ size: number; usedAt: number }> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  });
  return { size: found?.size ?? 0, usedAt: found?.mtimeMs ?? 0 };
}
