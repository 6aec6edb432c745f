import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Contract } from "@/lib/contracts/contract";
import { contracts } from "@/lib/http/make-openapi";
import { projectFolder, type TestEngine } from "./test-engine";

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** Finds the route file of a contract and calls its handler, as Next would. */
export async function call(contract: Contract, options: { params?: Record<string, string>; query?: Record<string, string>; body?: unknown; headers?: Record<string, string> } = {}): Promise<Response> {
  const file = join(projectFolder, "app", "api", "v1", ...contract.path.split("/").map((part) => part.replace(/^\{(.+)\}$/, "[$1]")), "route.ts");
  const handlers = (await import(pathToFileURL(file).href)) as Record<string, Handler>;
  const handler = handlers[contract.method];
  if (!handler) throw new Error(`${file} has no ${contract.method}`);
  const url = new URL(`http://reverie.test/api/v1${contract.path}`);
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
  const request = new Request(url, {
    method: contract.method,
    headers: { host: "reverie.test", ...(options.body === undefined ? {} : { "content-type": "application/json" }), ...options.headers },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  return handler(request, { params: Promise.resolve(options.params ?? {}) });
}

export const named = (name: string): Contract => {
  const contract = contracts[name];
  if (!contract) throw new Error(name);
  return contract;
};

/** The routes open their resources from the environment, at the first call. */
export function useRoutesOf(engine: TestEngine): void {
  Object.assign(process.env, { DATABASE_URL: engine.env.DATABASE_URL, REVERIE_DATA: engine.env.REVERIE_DATA, REVERIE_SECRET_KEY: engine.env.REVERIE_SECRET_KEY });
}

export async function closeRoutes(): Promise<void> {
  const { appResources } = await import("@/lib/http/app-resources");
  const opened = (await appResources()) as unknown as { close(): Promise<void> };
  await opened.close();
}
