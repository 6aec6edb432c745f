import { logger } from "@/lib/core/logger";
import { toAppError, type AppError } from "@/lib/core/app-error";
import { publishedLimits } from "@/lib/contracts/model-contexts";
import { listedModel } from "@/lib/contracts/models";
import type { ModelTarget } from "@/lib/llm/endpoint";
import { listRemoteModels } from "@/lib/llm/provider-call";
import { readRefusedContext } from "@/lib/llm/read-contexts";
import type { SharedResources } from "./resources";

const LIST_TIMEOUT_MS = 30_000;
const NOTE = `
  INSERT INTO model_context (connection_id, model, tokens, source) SELECT $1, model, tokens, $4 FROM unnest($2::text[], $3::int[]) AS p(model, tokens)
  ON CONFLICT (connection_id, model) DO UPDATE SET tokens = excluded.tokens, source = excluded.source, noted_at = now()
  WHERE model_context.tokens <> excluded.tokens AND (excluded.source = 'refused' OR model_context.source = 'listed')`;

/** Keeps what a server said of how many tokens its models take. What a refusal said is not overwritten by a list. */
export async function noteContexts({ database: { pool } }: Pick<SharedResources, "database">, connectionId: string, contexts: ReadonlyMap<string, number>, source: "listed" | "refused"): Promise<void> {
  if (contexts.size > 0) await pool.query(NOTE, [connectionId, [...contexts.keys()], [...contexts.values()], source]);
}

/**
 * Tokens that prompt and reply may have together, at the model's server: as a person put it, as the server said before, or as
 * its list says now, or as its maker has published. Null where nobody says. Not for models of our own server, which tell with each count.
 */
export async function findContext(resources: Pick<SharedResources, "database">, { endpoint, model }: ModelTarget): Promise<number | null> {
  const { pool } = resources.database;
  const { rows } = await pool.query<{ models: unknown; tokens: number | null }>(
    "SELECT c.models, (SELECT tokens FROM model_context m WHERE m.connection_id = c.id AND m.model = $2) AS tokens FROM connection c WHERE c.id = $1",
    [endpoint.id, model],
  );
  const own = listedModel.array().safeParse(rows[0]?.models).data?.find(({ id }) => id === model)?.contextTokens;
  const known = own ?? rows[0]?.tokens;
  if (known) return known;
  const listed = await listRemoteModels(endpoint, { timeoutMs: LIST_TIMEOUT_MS, signal: AbortSignal.timeout(LIST_TIMEOUT_MS) }).catch((error: unknown) => {
    // The calls themselves will say what is wrong with the server.
    logger.warn("contexts_not_listed", { connection: endpoint.id, detail: toAppError(error).message });
    return null;
  });
  if (listed) await noteContexts(resources, endpoint.id, listed.contexts, "listed");
  return listed?.contexts.get(model) ?? publishedLimits(endpoint.provider, model)?.context ?? null;
}

/** Notes what a server said when it refused a prompt as too long, for the next prompts and the forms. */
export async function learnContext(resources: Pick<SharedResources, "database">, { endpoint, model }: ModelTarget, refusal: AppError): Promise<void> {
  const tokens = readRefusedContext(String(refusal.data["detail"] ?? ""));
  if (tokens !== null && !endpoint.isOwnServer) await noteContexts(resources, endpoint.id, new Map([[model, tokens]]), "refused");
}
