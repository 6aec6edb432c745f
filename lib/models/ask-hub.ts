import { whoAmI } from "@huggingface/hub";
import { AppError } from "@/lib/core/app-error";
import { readHubConnection } from "@/lib/engine/hub-credentials";
import type { SharedResources } from "@/lib/engine/resources";
import { wrapHubError } from "@/lib/steps/_sdk/wrap-hub-error";

const TIMEOUT_MS = 30_000;

/**
 * Asks the Hub whose the token of a connection is and what it may do. Throws `not_found`, `hub_token_missing`,
 * `hub_refused`, `hub_unreachable`.
 */
export async function askHub(resources: Pick<SharedResources, "database" | "secrets">, connectionId: string): Promise<{ reply: string; latencyMs: number }> {
  const { endpoint, token } = await readHubConnection(resources, connectionId);
  if (token === null) throw new AppError("hub_token_missing");
  // The client throws a plain error of its own for it, which says nothing of the Hub.
  if (!token.startsWith("hf_")) throw new AppError("hub_refused", { endpoint });
  const startedAt = performance.now();
  try {
    const person = await whoAmI({ hubUrl: endpoint, accessToken: token, fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }) });
    const role = person.auth.accessToken?.role;
    return { reply: role ? `${person.name} (${role})` : person.name, latencyMs: Math.round(performance.now() - startedAt) };
  } catch (error) {
    throw wrapHubError(error, { endpoint, hasToken: true, what: "account", id: "" });
  }
}
