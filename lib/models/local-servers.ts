import { fullBaseUrl, providerEntry, providers, type Provider } from "@/lib/contracts/providers";
import type { SharedResources } from "@/lib/engine/resources";
import type { Endpoint } from "@/lib/llm/endpoint";
import { listRemoteModels } from "@/lib/llm/provider-call";

const PROBE_MS = 1500;

/** Where the usual servers of models listen unless told otherwise. */
const usualServers = (["ollama", "vllm", "lm-studio", "llama-cpp", "sglang"] as const).map((provider) => ({ title: providers[provider].title, provider, baseUrl: providers[provider].baseUrl }));

export interface LocalServer {
  title: string;
  provider: Provider;
  baseUrl: string;
  models: string[];
}

async function probe({ title, provider, baseUrl }: Omit<LocalServer, "models">): Promise<LocalServer | null> {
  const endpoint: Endpoint = {
    ...{ id: baseUrl, name: title, provider, baseUrl, secrets: {}, settings: {} },
    ...{ concurrency: 1, requestsPerMinute: null, tokensPerMinute: null, unreachableAttempts: 1, prices: new Map() },
  };
  const models = await listRemoteModels(endpoint, { timeoutMs: PROBE_MS, signal: AbortSignal.timeout(PROBE_MS) }).catch(() => null);
  return models && { title, provider, baseUrl, models: models.names };
}

/** Kinds of connections to a server of one's own. */
const ownServers = (Object.keys(providers) as Provider[]).filter((kind) => providerEntry(kind).keyOptional);

/** The same server by another name. */
const plain = (url: string): string => url.replace(/\/+$/, "").replace("//localhost:", "//127.0.0.1:");

/** Servers that answer on this machine and that no connection uses yet. */
export async function findLocalServers(resources: Pick<SharedResources, "database">, places: readonly Omit<LocalServer, "models">[] = usualServers): Promise<LocalServer[]> {
  const rows = await resources.database.prisma.connection.findMany({ where: { provider: { in: ownServers } }, select: { provider: true, baseUrl: true } });
  const used = new Set(rows.map((row) => plain(fullBaseUrl(row.provider as Provider, row.baseUrl, {}))));
  const found = await Promise.all(places.filter(({ baseUrl }) => !used.has(plain(baseUrl))).map(probe));
  return found.filter((server) => server !== null);
}
