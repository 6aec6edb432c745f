import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { commit, type CommitOperation } from "@huggingface/hub";
import { AppError } from "@/lib/core/app-error";
import { HubPatience } from "./hub-patience";
import { listRemoteFiles, openHubRepo, readHead, type HubRepo, type RemoteFile } from "./hub-repo";
import type { TableContext } from "./step-runner";
import { wrapHubError } from "./wrap-hub-error";

/** A file to publish: a text, or a file on this disk that is streamed. */
export type PublishedFile = { path: string; text: string } | { path: string; file: string };

export interface Publication {
  kind: "dataset" | "model";
  /** `owner/name`. */
  repo: string;
  branch: string;
  isPrivate: boolean;
  message: string;
  files: PublishedFile[];
  /** Files on the branch that an earlier publication left and that would mix with these: they are removed. */
  isReplaced: (path: string) => boolean;
}

export interface Published {
  repo: string;
  url: string;
  branch: string;
  commit: string;
  /** False where the Hub already had all of it. */
  isNew: boolean;
  files: { path: string; bytes: number }[];
  bytes: number;
}

/**
 * Brings files to a repository of the Hub in one commit, or in none where they are all there already. Throws
 * `hub_token_missing`, `hub_refused`, `hub_not_found`, `hub_not_taken`, `hub_repo_public`, `hub_unreachable`, `cancelled`.
 */
export async function publishToHub(context: Pick<TableContext<unknown>, "hub" | "signal">, publication: Publication): Promise<Published> {
  const { endpoint, token } = await context.hub();
  if (token === null) throw new AppError("hub_token_missing");
  if (!token.startsWith("hf_")) throw new AppError("hub_refused", { endpoint });
  const { signal } = context;
  const patience = new HubPatience(endpoint, signal);
  const repo: HubRepo = {
    hubUrl: endpoint,
    accessToken: token,
    repo: { type: publication.kind, name: publication.repo },
    branch: publication.branch,
    // The client gives uploads a signal of its own, which `commit` ties to ours.
    fetch: (input, init) => patience.watch(fetch(input, { ...init, signal: init?.signal ?? signal })),
  };
  try {
    // Tried again as a whole: what is there by then is found by its hash, and is not sent again.
    return await patience.retry(async () => {
      await openHubRepo(repo, publication.isPrivate);
      return commitChanges(repo, publication, signal);
    });
  } catch (error) {
    if (signal.aborted) throw new AppError("cancelled", {}, { cause: error });
    throw wrapHubError(error, { endpoint, hasToken: true, what: "repository", id: publication.repo });
  }
}

async function commitChanges(hub: HubRepo, publication: Publication, signal: AbortSignal): Promise<Published> {
  const remote = await listRemoteFiles(hub);
  const operations: CommitOperation[] = [];
  const files: Published["files"] = [];
  for (const file of publication.files) {
    files.push({ path: file.path, bytes: await countBytes(file) });
    if (!(await isSame(file, remote.get(file.path)))) operations.push({ operation: "addOrUpdate", path: file.path, content: contentOf(file) });
  }
  const wanted = new Set(publication.files.map(({ path }) => path));
  for (const path of remote.keys()) {
    if (!wanted.has(path) && publication.isReplaced(path)) operations.push({ operation: "delete", path });
  }
  const oid = operations.length > 0 ? await sendCommit(hub, operations, publication.message, signal) : null;
  return {
    repo: publication.repo,
    url: `${hub.hubUrl}/${publication.kind === "dataset" ? "datasets/" : ""}${publication.repo}`,
    branch: publication.branch,
    commit: oid ?? (await readHead(hub)),
    isNew: oid !== null,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Plain uploads, not Xet: they stream from disk, and every server that speaks the Hub's protocol takes them. */
async function sendCommit(hub: HubRepo, operations: CommitOperation[], title: string, abortSignal: AbortSignal): Promise<string> {
  const done = await commit({ ...hub, operations, title, abortSignal, useXet: false });
  if (!done) throw new Error("The Hub did not name the commit.");
  return done.commit.oid;
}

function contentOf(file: PublishedFile): Blob | URL {
  return "text" in file ? new Blob([file.text]) : pathToFileURL(file.file);
}

async function countBytes(file: PublishedFile): Promise<number> {
  return "text" in file ? Buffer.byteLength(file.text) : (await stat(file.file)).size;
}

/** By the hash that the Hub has of it, which is another one for small files than for large ones. */
async function isSame(file: PublishedFile, remote: RemoteFile | undefined): Promise<boolean> {
  if (!remote) return false;
  const hash = createHash(remote.sha256 === null ? "sha1" : "sha256");
  if (remote.sha256 === null) hash.update(`blob ${await countBytes(file)}\0`);
  await pipeline("text" in file ? Readable.from([Buffer.from(file.text)]) : createReadStream(file.file), hash);
  return hash.digest("hex") === (remote.sha256 ?? remote.gitOid);
}
