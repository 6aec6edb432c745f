import type { IncomingMessage, ServerResponse } from "node:http";
import { addCommit, applyCommit, describeFile, findCommit, hashText, isLargeFile, listTree, makeFile, makeRepository, type HubCommit, type HubFile, type HubKind, type HubRepository } from "./hub-repositories";
import { readBody, sendJson, serveHttp, type HttpServer } from "./http-server";

export interface HubCall {
  method: string;
  /** Decoded, without the query. */
  path: string;
  query: URLSearchParams;
  authorization: string | null;
  body: Buffer;
}

export interface HubServer extends HttpServer {
  calls: HubCall[];
  /** Who may do what, by token. */
  tokens: Map<string, { name: string; role: "read" | "write" }>;
  /** Statuses to answer with instead, for tests of failures; null answers as usual. */
  refuse: (call: HubCall) => { status: number; error?: string } | null;
  /** Adds a commit with these files alone, on a branch or under another reference. */
  put(kind: HubKind, name: string, files: Record<string, Buffer | string>, options?: { isPrivate?: boolean; revision?: string }): HubCommit;
  repository(kind: HubKind, name: string): HubRepository | undefined;
  readText(kind: HubKind, name: string, path: string, revision?: string): string;
}

interface State {
  server: HubServer;
  repositories: Map<string, HubRepository>;
  /** Uploaded, by SHA-256; parts of uploads under way, by SHA-256 and number. */
  large: Map<string, Buffer>;
  parts: Map<string, Map<number, Buffer>>;
  /** Files larger than this are uploaded in parts of this many bytes. */
  partBytes: number;
}

interface Target {
  repository: HubRepository;
  /** What comes after the repository's name. */
  rest: string;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errorCode?: string,
  ) {
    super(message);
  }
}

/**
 * A server that speaks the Hub's HTTP interface as `@huggingface/hub`, `huggingface_hub`, `datasets` and `transformers` use
 * it: repositories, uploads plain and in parts, commits, trees, downloads. It answers LFS batches with `basic` or
 * `multipart`, which clients that would rather use Xet take as well.
 */
export async function startHubServer(options: { partBytes?: number } = {}): Promise<HubServer> {
  const server: HubServer = {
    ...(await serveHttp(handle)),
    calls: [],
    tokens: new Map([["hf_write", { name: "me", role: "write" }], ["hf_read", { name: "me", role: "read" }]]),
    refuse: () => null,
    put: (kind, name, files, at = {}) => putFiles(state, kind, name, files, at),
    repository: (kind, name) => state.repositories.get(`${kind}:${name}`),
    readText(kind, name, path, revision = "main") {
      const repository = state.repositories.get(`${kind}:${name}`);
      const file = repository && findCommit(repository, revision)?.files.get(path);
      if (!file) throw new Error(`${kind} ${name} has no ${path} at ${revision}`);
      return file.bytes.toString("utf8");
    },
  };
  const state: State = { server, repositories: new Map(), large: new Map(), parts: new Map(), partBytes: options.partBytes ?? 50_000_000 };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? "/", "http://hub");
    const call: HubCall = { method: request.method ?? "GET", path: decodeURIComponent(url.pathname), query: url.searchParams, authorization: request.headers.authorization ?? null, body };
    server.calls.push(call);
    try {
      const refused = server.refuse(call);
      if (refused) throw new Refusal(refused.status, refused.error ?? "refused");
      route(state, call, request, response);
    } catch (error) {
      const { status, message, errorCode } = error instanceof Refusal ? error : new Refusal(500, String(error));
      response.writeHead(status, { "content-type": "application/json", "x-error-message": message, ...(errorCode ? { "x-error-code": errorCode } : {}) });
      response.end(JSON.stringify({ error: message }));
    }
  }
  return server;
}

function putFiles(state: State, kind: HubKind, name: string, files: Record<string, Buffer | string>, { isPrivate = false, revision = "main" }: { isPrivate?: boolean; revision?: string }): HubCommit {
  const key = `${kind}:${name}`;
  const repository = state.repositories.get(key) ?? makeRepository(kind, name, isPrivate);
  state.repositories.set(key, repository);
  const made = Object.entries(files).map(([path, content]): [string, HubFile] => {
    const bytes = Buffer.from(content);
    return [path, makeFile(bytes, isLargeFile(path, bytes.length))];
  });
  return addCommit(repository, revision, "put", new Map(made));
}

function route(state: State, call: HubCall, request: IncomingMessage, response: ServerResponse): void {
  const send = (value: unknown) => {
    sendJson(response, 200, value);
  };
  if (call.path === "/api/whoami-v2") { send(describePerson(state, call)); return; }
  if (call.path === "/api/repos/create") { send(createRepository(state, call)); return; }
  if (call.path.startsWith("/lfs/")) { storeLarge(state, call, response); return; }
  const api = /^\/api\/(datasets|models)\/([^/]+\/[^/]+)(?:\/(.*))?$/.exec(call.path);
  if (api) { send(answerApi(state, call, findRepository(state, call, api[1] === "datasets" ? "dataset" : "model", api[2] ?? "", api[3] ?? ""))); return; }
  const git = /^\/(datasets\/)?([^/]+\/[^/]+?)(?:\.git)?\/(info\/lfs\/objects\/batch|resolve\/.*)$/.exec(call.path);
  if (!git) throw new Refusal(404, `no ${call.path}`);
  const target = findRepository(state, call, git[1] ? "dataset" : "model", git[2] ?? "", git[3] ?? "");
  if (target.rest.startsWith("info/")) { send(planUploads(state, call, target)); return; }
  sendFile(target, request, response);
}

/** Who calls; null for nobody. Throws for a token that is not known. */
function readPerson(state: State, call: HubCall): { name: string; role: string } | null {
  if (call.authorization === null) return null;
  const person = state.server.tokens.get(call.authorization.replace(/^Bearer /, ""));
  if (!person) throw new Refusal(401, "Invalid credentials in Authorization header");
  return person;
}

function requireWriter(state: State, call: HubCall, owner: string): void {
  const person = readPerson(state, call);
  if (!person) throw new Refusal(401, "Invalid username or password.");
  if (person.role !== "write" || person.name !== owner) throw new Refusal(403, "You don't have the rights to change this repository");
}

function describePerson(state: State, call: HubCall): unknown {
  const person = readPerson(state, call);
  if (!person) throw new Refusal(401, "Invalid username or password.");
  return { type: "user", id: "1", name: person.name, fullname: person.name, orgs: [], auth: { type: "access_token", accessToken: { displayName: "t", role: person.role, createdAt: "2024-01-01T00:00:00Z" } } };
}

function createRepository(state: State, call: HubCall): unknown {
  const asked = JSON.parse(call.body.toString("utf8")) as { name: string; organization: string; type?: HubKind; visibility?: string; private?: boolean };
  requireWriter(state, call, asked.organization);
  const kind = asked.type ?? "model";
  const name = `${asked.organization}/${asked.name}`;
  if (state.repositories.has(`${kind}:${name}`)) throw new Refusal(409, "You already created this repository");
  state.repositories.set(`${kind}:${name}`, makeRepository(kind, name, asked.visibility === "private" || asked.private === true));
  return { url: `${state.server.url}/${kind === "dataset" ? "datasets/" : ""}${name}`, name, id: name };
}

function findRepository(state: State, call: HubCall, kind: HubKind, name: string, rest: string): Target {
  const person = readPerson(state, call);
  const repository = state.repositories.get(`${kind}:${name}`);
  const mayRead = repository && (!repository.isPrivate || person?.name === name.split("/")[0]);
  if (!mayRead) throw new Refusal(person ? 404 : 401, "Repository not found", "RepoNotFound");
  return { repository, rest };
}

/** Splits `<revision>/<path>`, where a reference of the Hub's own has slashes. */
function readRevision({ repository }: Target, text: string): { commit: HubCommit; path: string } {
  const heads = [...repository.heads.keys()].sort((a, b) => b.length - a.length);
  const revision = heads.find((head) => text === head || text.startsWith(`${head}/`)) ?? text.split("/")[0] ?? "";
  const commit = findCommit(repository, revision);
  if (!commit) throw new Refusal(404, `Invalid rev id: ${revision}`, "RevisionNotFound");
  return { commit, path: text.slice(revision.length + 1) };
}

function answerApi(state: State, call: HubCall, target: Target): unknown {
  const { repository, rest } = target;
  const kind = rest.split("/")[0] ?? "";
  const after = rest.slice(kind.length + 1);
  const [owner = ""] = repository.name.split("/");
  if (rest === "" || kind === "revision") return describeRepository(repository, readRevision(target, after || "main").commit);
  if (kind === "tree") {
    const { commit, path } = readRevision(target, after);
    return listTree(commit, path, call.query.get("recursive")?.toLowerCase() === "true");
  }
  if (kind === "paths-info") return describePaths(readRevision(target, after).commit, call);
  requireWriter(state, call, owner);
  if (kind === "preupload") return planPreupload(call);
  if (kind === "branch") {
    if (repository.heads.has(after)) throw new Refusal(409, "Reference already exists");
    repository.heads.set(after, repository.heads.get("main") ?? "");
    return {};
  }
  if (kind !== "commit") throw new Refusal(404, `no ${call.path}`);
  const commit = applyCommit(repository, after, call.body.toString("utf8"), state.large);
  if (!commit) throw new Refusal(400, "A large file of the commit was not uploaded");
  return { success: true, commitOid: commit.oid, commitUrl: `${state.server.url}/${repository.name}/commit/${commit.oid}`, hookOutput: "" };
}

function describeRepository({ name, isPrivate, kind }: HubRepository, { oid, files }: HubCommit): unknown {
  return {
    _id: "1", id: name, ...(kind === "model" ? { modelId: name } : {}), author: name.split("/")[0], sha: oid, lastModified: "2024-01-01T00:00:00.000Z", createdAt: "2024-01-01T00:00:00.000Z",
    private: isPrivate, gated: false, disabled: false, downloads: 0, likes: 0, tags: [], siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
  };
}

/** JSON from JavaScript, a form from Python's older clients. */
function describePaths({ files }: HubCommit, call: HubCall): unknown[] {
  const text = call.body.toString("utf8");
  const asked = text.startsWith("{") ? (JSON.parse(text) as { paths: string | string[] }).paths : new URLSearchParams(text).getAll("paths");
  return [asked].flat().flatMap((path) => {
    const file = files.get(path);
    if (file) return describeFile(path, file);
    return [...files.keys()].some((one) => one.startsWith(`${path}/`)) ? { type: "directory", path, size: 0, oid: hashText("sha1", path) } : [];
  });
}

function planPreupload(call: HubCall): unknown {
  const { files } = JSON.parse(call.body.toString("utf8")) as { files: { path: string; size: number }[] };
  return { files: files.map(({ path, size }) => ({ path, uploadMode: isLargeFile(path, size) ? "lfs" : "regular", shouldIgnore: false })) };
}

function planUploads(state: State, call: HubCall, { repository }: Target): unknown {
  requireWriter(state, call, repository.name.split("/")[0] ?? "");
  const { objects } = JSON.parse(call.body.toString("utf8")) as { objects: { oid: string; size: number }[] };
  return {
    transfer: objects.some(({ size }) => size > state.partBytes) ? "multipart" : "basic",
    objects: objects.map(({ oid, size }) => ({ oid, size, ...(state.large.has(oid) ? {} : { actions: { upload: planUpload(state, oid, size) } }) })),
  };
}

function planUpload({ server, partBytes }: State, oid: string, size: number): unknown {
  const href = `${server.url}/lfs/${oid}`;
  if (size <= partBytes) return { href };
  const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => index + 1);
  return { href: `${href}/complete`, header: { chunk_size: String(partBytes), ...Object.fromEntries(numbers.map((number) => [String(number).padStart(5, "0"), `${href}/${String(number)}`])) } };
}

/** The store that large files go to. As the real one it is another party, which must not be shown the token. */
function storeLarge(state: State, call: HubCall, response: ServerResponse): void {
  const [, , oid = "", part] = call.path.split("/");
  if (call.authorization !== null) throw new Refusal(400, "the token was sent to the store of large files");
  if (part !== undefined && part !== "complete") {
    const parts = state.parts.get(oid) ?? new Map<number, Buffer>();
    state.parts.set(oid, parts.set(Number(part), call.body));
    response.writeHead(200, { etag: `"${hashText("sha1", call.body)}"` }).end();
    return;
  }
  const bytes = part === "complete" ? Buffer.concat([...(state.parts.get(oid) ?? [])].sort(([a], [b]) => a - b).map(([, body]) => body)) : call.body;
  if (hashText("sha256", bytes) !== oid) throw new Refusal(400, "the bytes do not match their SHA-256");
  state.large.set(oid, bytes);
  response.writeHead(200).end("{}");
}

function sendFile(target: Target, request: IncomingMessage, response: ServerResponse): void {
  const { commit, path } = readRevision(target, target.rest.slice("resolve/".length));
  const file = commit.files.get(path);
  if (!file) throw new Refusal(404, "Entry not found", "EntryNotFound");
  const { bytes } = file;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(range?.[2] ? Number(range[2]) : bytes.length - 1, bytes.length - 1);
  response.writeHead(range ? 206 : 200, {
    etag: `"${file.isLarge ? file.sha256 : file.gitOid}"`,
    "accept-ranges": "bytes",
    "x-repo-commit": commit.oid,
    "content-length": end - start + 1,
    ...(file.isLarge ? { "x-linked-size": bytes.length, "x-linked-etag": `"${file.sha256}"` } : {}),
    ...(range ? { "content-range": `bytes ${String(start)}-${String(end)}/${String(bytes.length)}` } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : bytes.subarray(start, end + 1));
}
