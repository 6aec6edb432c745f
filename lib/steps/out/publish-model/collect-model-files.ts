import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { PublishedWeights } from "@/lib/cards/model-card";
import { lastPart, sharePaths } from "@/lib/cards/share-identity";
import { AppError } from "@/lib/core/app-error";
import type { PublishedFile } from "../../_sdk/publish-to-hub";
import type { InputModel } from "../../_sdk/step-runner";

/** Where in the repository that which an adapter adapts lies, when it is not on the Hub. */
const BASE_FOLDER = "base";
/** Members of a model's JSON files that name where it, or its base, lay on this machine. */
const PATH_MEMBERS = ["base_model_name_or_path", "_name_or_path", "name_or_path"];

export interface ModelFiles {
  files: PublishedFile[];
  weights: PublishedWeights;
}

/**
 * The files of a model folder as they are published: the adapter's base named by its Hub id or put beside it, no path of
 * this machine, no card of another. Throws `model_missing` for a model that has no files here.
 */
export async function collectModelFiles(model: InputModel): Promise<ModelFiles> {
  const files: PublishedFile[] = [];
  const adapters: string[] = [];
  let prefix = "";
  for (let level = model; ; level = level.base) {
    if (level.folder === null) {
      if (level.source.kind !== "hub" || adapters.length === 0) throw new AppError("model_missing", { model: level.source.kind });
      return { files, weights: { adapters, root: { kind: "hub", id: level.source.id, revision: level.source.revision } } };
    }
    files.push(...(await collectFolder(level.folder, prefix, level.base)));
    if (!level.base) return { files, weights: { adapters, root: { kind: "folder", folder: prefix } } };
    adapters.push(prefix);
    prefix = joinPath(prefix, BASE_FOLDER);
  }
}

async function collectFolder(folder: string, prefix: string, base: InputModel | null): Promise<PublishedFile[]> {
  const files: PublishedFile[] = [];
  // An embedding model keeps its parts in folders of their own.
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.name.startsWith(".") || !entry.isFile() || entry.name === "README.md") continue;
    const file = join(entry.parentPath, entry.name);
    const path = joinPath(prefix, relative(folder, file).replaceAll("\\", "/"));
    const text = await makePortable(entry.name, file, base);
    files.push(text === null ? { path, file } : { path, text });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The text of a file that has to change; null for one that is published as it is. */
async function makePortable(name: string, file: string, base: InputModel | null): Promise<string | null> {
  if (!/^(adapter_config|config|tokenizer_config|generation_config|base|reverie-training)\.json$/.test(name)) return null;
  const before = await readFile(file, "utf8");
  const value = sharePaths(JSON.parse(before)) as Record<string, unknown>;
  if (name === "adapter_config.json") pointToBase(value, base);
  for (const member of PATH_MEMBERS) {
    const at = value[member];
    if (typeof at === "string" && /^([/\\]|[A-Za-z]:[/\\])/.test(at)) value[member] = lastPart(at);
  }
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A base that is not on the Hub is named by a path, never by a name that someone else could take there. */
function pointToBase(config: Record<string, unknown>, base: InputModel | null): void {
  const onHub = base?.source.kind === "hub" ? base.source : null;
  config.base_model_name_or_path = onHub?.id ?? `./${BASE_FOLDER}`;
  config.revision = onHub?.revision ?? null;
}

function joinPath(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}/${name}`;
}
