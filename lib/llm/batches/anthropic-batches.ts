import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { z } from "zod";
import { describeStatus } from "../providers/describe-status";
import { readLinesFrom, sendFileTo } from "../send-to";
import { askProvider, deleteAt, readJson } from "../ask-provider";
import type { BatchAnswer, BatchProtocol, RemoteBatch } from "./batch-protocol";

const batchShape = z.object({
  id: z.string(),
  processing_status: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullish(),
  request_counts: z.object({ processing: z.number(), succeeded: z.number(), errored: z.number(), canceled: z.number(), expired: z.number() }),
});
type AnthropicBatch = z.infer<typeof batchShape>;
const listShape = z.object({ data: z.array(batchShape), has_more: z.boolean().nullish() });
const fault = z.looseObject({ type: z.string().nullish(), message: z.string().nullish() });
const answerShape = z.object({
  custom_id: z.string(),
  result: z.object({ type: z.string(), message: z.unknown().optional(), error: z.looseObject({ error: fault.nullish() }).nullish() }),
});

const BATCHES = "/messages/batches";
/** The provider's clock may differ from ours. */
const CLOCK_MS = 60_000;

/** Statuses of the errors that stand in a batch's results by type alone (docs.claude.com/en/api/errors). */
const statuses: Record<string, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  overloaded_error: 529,
};

const countOf = ({ request_counts: { processing, succeeded, errored, canceled, expired } }: AnthropicBatch) => ({ done: succeeded + errored, total: processing + succeeded + errored + canceled + expired });

function toRemote(batch: AnthropicBatch): RemoteBatch {
  const { done } = countOf(batch);
  return { id: batch.id, state: batch.processing_status === "ended" ? "ended" : "open", done, expiresAt: batch.expires_at ? new Date(batch.expires_at) : null, refusal: null, files: [], answers: [] };
}

function readAnswer(line: string): BatchAnswer {
  const { custom_id: key, result } = answerShape.parse(JSON.parse(line));
  if (result.type === "succeeded") return { key, status: 200, body: result.message };
  if (result.type === "expired") return { key, missed: "expired", detail: result.type };
  if (result.type === "canceled") return { key, missed: "cancelled", detail: result.type };
  return { key, status: statuses[result.error?.error?.type ?? ""] ?? 500, body: result.error };
}

const pathOf = (id: string) => `${BATCHES}/${encodeURIComponent(id)}`;

/** Anthropic's Message Batches (docs.claude.com/en/api/creating-message-batches). A batch carries no mark of ours but the ids of its requests. */
export const anthropicBatches: BatchProtocol = {
  mostRequests: 100_000,
  mostBytes: 256_000_000,
  frame: { start: '{"requests":[', between: ",", end: "]}" },
  write: (_target, key, body) => JSON.stringify({ custom_id: key, params: body }),
  async send(target, { path }, limits) {
    const { size } = await stat(path);
    return toRemote(readJson(target, await sendFileTo(target, BATCHES, { stream: createReadStream(path), bytes: size, contentType: "application/json" }, limits), batchShape));
  },
  async find(target, { count, since, known }, limits) {
    const oldest = since.getTime() - CLOCK_MS;
    for (let after = ""; ; ) {
      const { data, has_more } = await askProvider(target, { method: "GET", address: `${BATCHES}?limit=100${after}` }, listShape, limits);
      const recent = data.filter(({ created_at }) => Date.parse(created_at) >= oldest);
      const like = recent.find((batch) => countOf(batch).total === count && !known.includes(batch.id));
      if (like) return { batch: toRemote(like), isSure: false };
      const last = data.at(-1);
      if (!has_more || !last || recent.length < data.length) return null;
      after = `&after_id=${encodeURIComponent(last.id)}`;
    }
  },
  look: async (target, id, limits) => toRemote(await askProvider(target, { method: "GET", address: pathOf(id) }, batchShape, limits)),
  // Not its `results_url`: a key goes to no other address than its connection's.
  async read(target, { id }, take, limits) {
    const refused = await readLinesFrom(target, `${pathOf(id)}/results`, (line) => take(readAnswer(line)), limits);
    if (refused) throw describeStatus(refused, target);
  },
  async cancel(target, id, limits) {
    await askProvider(target, { method: "POST", address: `${pathOf(id)}/cancel`, body: "{}" }, batchShape, limits);
  },
  forget: (target, { id }, limits) => deleteAt(target, pathOf(id), limits),
};
