import type { SharedResources } from "@/lib/engine/resources";
import type { Endpoint } from "@/lib/llm/endpoint";
import { listRemoteModels } from "@/lib/llm/provider-call";

const PROBE_MS = 1500;

/** Where the usual servers of models listen unless told otherwise. */
export const usualServers = [
  { title: "Ollama", baseUrl: "http://127.0.0.1:11434/v1" },
  { title: "vLLM", baseUrl: "http://127.0.0.1:8000/v1" },
  { title: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1" },
  { title: "llama.cpp", baseUrl: "http://127.0.0.1:8080/v1" },
];

export interface LocalServer {
  title: string;
  baseUrl: string;
  models: string[];
}

async function probe({ title, baseUrl }: (typeof usualServers)[number]): Promise<LocalServer | null> {
  const endpoint: Endpoint = {
    ...{ id: baseUrl, name: title, provider: "openai-compatible", baseUrl, secrets: {}, settings: {} },
    ...{ concurrency: 1, requestsPerMinute: null, tokensPerMinute: null, unreachableAttempts: 1, prices: new Map() },
  };
  const models = await listRemoteModels(endpoint, { timeoutMs: PROBE_MS, signal: AbortSignal.timeout(PROBE_MS) }).catch(() => null);
  return models && { title, baseUrl, models: models.names };
}

/** The same server by another name. */
const plain = (url: string): string => url.replace(/\/+$/, "").replace("//localhost:", "//127.0.0.1:");

/** Servers that answer on this machine and that no connection uses yet. */
export async function findLocalServers(resources: Pick<SharedResources, "database">, places = usualServers): Promise<LocalServer[]> {
  const rows = await resources.database.prisma.connection.findMany({ where: { provider: "openai-compatible" }, select: { baseUrl: true } });
  const used = new Set(rows.map(({ baseUrl }) => plain(baseUrl || "http://127.0.0.1:11434/v1")));
  const found = await Promise.all(places.filter(({ baseUrl }) => !used.has(plain(baseUrl))).map(probe));
  return found.filter((server) => server !== null);
}
