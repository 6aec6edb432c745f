import { createBranch, createRepo, datasetInfo, HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { AppError } from "@/lib/core/app-error";

/** A repository of the Hub, with what is needed to change it. Holds the token: it stays in memory. */
export interface HubRepo {
  hubUrl: string;
  accessToken: string;
  repo: { type: "dataset" | "model"; name: string };
  branch: string;
  fetch: typeof fetch;
}

/** Path, size and hash of a file as it is on the branch. */
export interface RemoteFile {
  path: string;
  /** SHA-256 of a large file. */
  sha256: string | null;
  /** SHA-1 of git's blob of a small file. */
  gitOid: string | null;
}

/** Makes the repository and the branch where they are not there. Throws `hub_repo_public` rather than show the world what is private. */
export async function openHubRepo(hub: HubRepo, isPrivate: boolean): Promise<void> {
  const { repo, branch, ...access } = hub;
  const found = await readInfo(hub, null);
  if (!found) await createRepo({ ...access, repo, visibility: isPrivate ? "private" : "public" });
  else if (isPrivate && !found.private) throw new AppError("hub_repo_public", { repo: repo.name });
  if (branch !== "main" && !(await readInfo(hub, branch))) await createBranch({ ...access, repo, branch });
}

/** The commit that the branch is at. */
export async function readHead(hub: HubRepo): Promise<string> {
  const info = await readInfo(hub, hub.branch);
  if (!info) throw new AppError("hub_not_found", { what: "branch", id: `${hub.branch} in ${hub.repo.name}` });
  return info.sha;
}

async function readInfo({ repo, hubUrl, accessToken, fetch }: HubRepo, revision: string | null): Promise<{ private: boolean; sha: string } | null> {
  const wanted = { name: repo.name, hubUrl, accessToken, fetch, additionalFields: ["sha" as const], ...(revision === null ? {} : { revision }) };
  try {
    return await (repo.type === "dataset" ? datasetInfo(wanted) : modelInfo(wanted));
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode === 404) return null;
    throw error;
  }
}

/** The files of the branch, by path. */
export async function listRemoteFiles({ branch, ...hub }: HubRepo): Promise<Map<string, RemoteFile>> {
  const files = new Map<string, RemoteFile>();
  for await (const entry of listFiles({ ...hub, revision: branch, recursive: true })) {
    if (entry.type === "file") files.set(entry.path, { path: entry.path, sha256: entry.lfs?.oid ?? null, gitOid: entry.lfs ? null : (entry.oid ?? null) });
  }
  return files;
}
