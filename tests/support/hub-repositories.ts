import { createHash } from "node:crypto";

export type HubKind = "dataset" | "model";

export interface HubFile {
  bytes: Buffer;
  isLarge: boolean;
  /** SHA-1 of git's blob; for a large file, of its pointer. */
  gitOid: string;
  sha256: string;
}

export interface HubCommit {
  oid: string;
  title: string;
  files: Map<string, HubFile>;
}

export interface HubRepository {
  kind: HubKind;
  name: string;
  isPrivate: boolean;
  /** Newest first. */
  commits: HubCommit[];
  /** Commit that each branch, or other reference, is at. */
  heads: Map<string, string>;
}

export function hashText(algorithm: "sha1" | "sha256", ...parts: (string | Buffer)[]): string {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** As the Hub decides by its default `.gitattributes` and by size. */
export function isLargeFile(path: string, size: number): boolean {
  return size > 10_000_000 || /\.(parquet|safetensors|bin|gz|zip|arrow|pt|model)$/.test(path);
}

export function makeFile(bytes: Buffer, isLarge: boolean): HubFile {
  const sha256 = hashText("sha256", bytes);
  const blob = isLarge ? Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${String(bytes.length)}\n`) : bytes;
  return { bytes, isLarge, sha256, gitOid: hashText("sha1", `blob ${String(blob.length)}\0`, blob) };
}

/** A repository with one commit, as the Hub makes a new one. */
export function makeRepository(kind: HubKind, name: string, isPrivate: boolean): HubRepository {
  const repository: HubRepository = { kind, name, isPrivate, commits: [], heads: new Map() };
  addCommit(repository, "main", "initial commit", new Map([[".gitattributes", makeFile(Buffer.from("*.parquet filter=lfs diff=lfs merge=lfs -text\n"), false)]]));
  return repository;
}

export function addCommit(repository: HubRepository, branch: string, title: string, files: Map<string, HubFile>): HubCommit {
  const parent = repository.heads.get(branch) ?? "";
  const list = [...files].map(([path, file]) => `${path} ${file.gitOid}`).sort();
  const commit = { oid: hashText("sha1", parent, title, String(repository.commits.length), ...list), title, files };
  repository.commits.unshift(commit);
  repository.heads.set(branch, commit.oid);
  return commit;
}

export function findCommit(repository: HubRepository, revision: string): HubCommit | undefined {
  const oid = repository.heads.get(revision === "HEAD" ? "main" : revision) ?? revision;
  return repository.commits.find((commit) => commit.oid === oid);
}

interface CommitLine {
  key: string;
  value: { summary?: string; path?: string; content?: string; encoding?: BufferEncoding; oid?: string };
}

/** Applies a commit as the Hub's clients send it, a JSON value a line. Null where a large file was never uploaded. */
export function applyCommit(repository: HubRepository, branch: string, body: string, large: ReadonlyMap<string, Buffer>): HubCommit | null {
  const lines = body.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as CommitLine);
  const files = new Map(findCommit(repository, branch)?.files);
  let title = "";
  for (const { key, value } of lines) {
    const path = value.path ?? "";
    if (key === "header") title = value.summary ?? "";
    if (key === "file") files.set(path, makeFile(Buffer.from(value.content ?? "", value.encoding ?? "utf8"), false));
    if (key === "deletedFile") files.delete(path);
    if (key === "lfsFile") {
      const bytes = large.get(value.oid ?? "");
      if (!bytes) return null;
      files.set(path, makeFile(bytes, true));
    }
  }
  return addCommit(repository, branch, title, files);
}

/** One entry of `tree` and `paths-info`. */
export function describeFile(path: string, { bytes, gitOid, isLarge, sha256 }: HubFile): Record<string, unknown> {
  return { type: "file", path, size: bytes.length, oid: gitOid, ...(isLarge ? { lfs: { oid: sha256, size: bytes.length, pointerSize: 130 } } : {}) };
}

/** Files and folders below a folder. */
export function listTree({ files }: HubCommit, folder: string, recursive: boolean): Record<string, unknown>[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = new Map<string, Record<string, unknown>>();
  for (const [path, file] of files) {
    if (!path.startsWith(prefix)) continue;
    const parts = path.slice(prefix.length).split("/");
    for (let depth = 1; depth < parts.length && (recursive || depth === 1); depth++) {
      const at = prefix + parts.slice(0, depth).join("/");
      entries.set(at, { type: "directory", path: at, size: 0, oid: hashText("sha1", at) });
    }
    if (recursive || parts.length === 1) entries.set(path, describeFile(path, file));
  }
  return [...entries.values()];
}
