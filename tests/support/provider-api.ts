import { readBody, sendJson, serveHttp, type HttpServer } from "./http-server";

export interface Fault {
  status: number;
  body: unknown;
}

export interface ApiRequest {
  method: string;
  path: string;
  text: string;
  contentType: string;
}

export interface StoredFile {
  name: string;
  purpose: string;
  text: string;
}

/** What the servers in place of a provider share: OpenAI's Files API, and what a test sees and decides of each request. */
export interface ProviderApi extends HttpServer {
  files: Map<string, StoredFile>;
  /** Ids of what was deleted. */
  deleted: string[];
  /** `METHOD /path` of all that was asked. */
  log: string[];
  /** A fault for a request; null lets it through. Asked before anything is done. */
  fault: (method: string, path: string) => Fault | null;
}

/** The name, purpose and text of the file in a form. */
function readForm({ text, contentType }: ApiRequest): StoredFile {
  const boundary = /boundary=(.+)$/.exec(contentType)?.[1] ?? "";
  const part = text.split(`--${boundary}`).find((one) => one.includes("filename=")) ?? "";
  const start = part.indexOf("\r\n\r\n") + 4;
  return { name: /filename="([^"]+)"/.exec(part)?.[1] ?? "", purpose: /name="purpose"\r\n\r\n(\S+)/.exec(text)?.[1] ?? "", text: part.slice(start, part.lastIndexOf("\r\n")) };
}

/** Lists, takes or deletes a file. */
export function serveFiles(api: ProviderApi, request: ApiRequest): unknown {
  if (request.method === "GET") return { data: [...api.files].map(([id, { name }]) => ({ id, filename: name })) };
  if (request.method === "DELETE") {
    const id = request.path.split("/").at(-1) ?? "";
    api.deleted.push(id);
    api.files.delete(id);
    return { id, deleted: true };
  }
  const id = `file-${String(api.log.length)}`;
  const file = readForm(request);
  api.files.set(id, file);
  return { id, filename: file.name };
}

/** Starts a server whose paths are under `/v1`. An answer of null is a path that is not there; a text is sent as it is. */
export async function startProviderApi(answer: (request: ApiRequest) => unknown): Promise<ProviderApi> {
  const http = await serveHttp(async (request, response) => {
    const [method, path] = [request.method ?? "", request.url ?? ""];
    const text = (await readBody(request)).toString("utf8");
    api.log.push(`${method} ${path}`);
    const fault = api.fault(method, path);
    if (fault) {
      sendJson(response, fault.status, fault.body);
      return;
    }
    const body = await answer({ method, path, text, contentType: request.headers["content-type"] ?? "" });
    if (body === null) sendJson(response, 404, { error: { message: "no such path" } });
    else if (typeof body === "string") response.end(body);
    else sendJson(response, 200, body);
  });
  const api: ProviderApi = { ...http, url: `${http.url}/v1`, files: new Map(), deleted: [], log: [], fault: () => null };
  return api;
}
