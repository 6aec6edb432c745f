import { AppError } from "@/lib/core/app-error";
import { HUB_PROVIDER } from "@/lib/contracts/models";
import type { SharedResources } from "./resources";

export const DEFAULT_HUB_ENDPOINT = "https://huggingface.co";

type Resources = Pick<SharedResources, "database" | "secrets">;

export interface HubCredentials {
  endpoint: string;
  token: string | null;
}

/** Endpoint and token of the Hugging Face Hub connection; the public endpoint without a token where there is none. */
export async function hubCredentials(resources: Resources): Promise<HubCredentials> {
  const found = await resources.database.prisma.connection.findFirst({ where: { provider: HUB_PROVIDER }, orderBy: { createdAt: "asc" } });
  return found ? openCredentials(resources, found) : { endpoint: DEFAULT_HUB_ENDPOINT, token: null };
}

/** Endpoint and token of one Hub connection, for testing it. Throws `not_found`. */
export async function readHubConnection(resources: Resources, id: string): Promise<HubCredentials> {
  const found = await resources.database.prisma.connection.findFirst({ where: { id, provider: HUB_PROVIDER } });
  if (!found) throw new AppError("not_found", { what: "connection", id });
  return openCredentials(resources, found);
}

function openCredentials(resources: Resources, { id, baseUrl, apiKey }: { id: string; baseUrl: string; apiKey: Uint8Array<ArrayBuffer> | null }): HubCredentials {
  return {
    endpoint: (baseUrl || DEFAULT_HUB_ENDPOINT).replace(/\/+$/, ""),
    token: apiKey ? resources.secrets.open(apiKey, `connection:${id}`) : null,
  };
}
