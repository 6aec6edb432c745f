import { z } from "zod";
import { askProvider, deleteAt } from "../ask-provider";
import { describeStatus } from "../providers/describe-status";
import { protocolOf } from "../providers/protocols";
import { sendOnce } from "../openai-files";
import { readLinesFrom } from "../send-to";
import type { BatchAnswer, BatchProtocol, RemoteBatch } from "./batch-protocol";

const batchShape = z.object({
  id: z.string(),
  status: z.string(),
  created_at: z.number(),
  expires_at: z.number().nullish(),
  input_file_id: z.string().nullish(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  request_counts: z.object({ completed: z.number(), failed: z.number() }).nullish(),
  errors: z.object({ data: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })).nullish() }).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
type OpenAiBatch = z.infer<typeof batchShape>;
const listShape = z.object({ data: z.array(batchShape), has_more: z.boolean().nullish() });
const answerShape = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

const MARK = "reverie_batch";
/** Days after which a file that was left behind goes by itself. */
const FILE_SECONDS = 30 * 24 * 3600;
/** The provider's clock may differ from ours. */
const CLOCK_SECONDS = 600;
const ENDED = new Set(["completed", "expired", "cancelled"]);

function toRemote({ id, status, expires_at, request_counts, errors, ...batch }: OpenAiBatch): RemoteBatch {
  const answers = [batch.output_file_id, batch.error_file_id].filter((file) => typeof file === "string");
  const said = errors?.data ?? [];
  return {
    id,
    state: status === "failed" ? "refused" : ENDED.has(status) ? "ended" : "open",
    done: (request_counts?.completed ?? 0) + (request_counts?.failed ?? 0),
    expiresAt: expires_at ? new Date(expires_at * 1000) : null,
    refusal: status === "failed" ? { detail: said.map(({ message }) => message ?? "").join(" ") || status, codes: said.map(({ code }) => code ?? "").join(" ") } : null,
    files: [...(batch.input_file_id ? [batch.input_file_id] : []), ...answers],
    answers,
  };
}

function readAnswer(line: string): BatchAnswer {
  const { custom_id: key, response, error } = answerShape.parse(JSON.parse(line));
  if (response) return { key, status: response.status_code, body: response.body };
  const code = error?.code ?? "";
  return { key, missed: code === "batch_expired" ? "expired" : code === "batch_cancelled" ? "cancelled" : "error", detail: error?.message ?? code };
}

/** OpenAI's Batch API (platform.openai.com/docs/api-reference/batch): a file of requests, and two of answers. */
export const openAiBatches: BatchProtocol = {
  mostRequests: 50_000,
  mostBytes: 200_000_000,
  frame: { start: "", between: "\n", end: "\n" },
  write: (target, key, body) => JSON.stringify({ custom_id: key, method: "POST", url: `/v1${protocolOf(target.endpoint).chatPath(target)}`, body }),
  async send(target, batch, limits) {
    const file = await sendOnce(target, { name: `${batch.id}.jsonl`, path: batch.path, purpose: "batch", expiresSeconds: FILE_SECONDS }, limits);
    const body = { input_file_id: file, endpoint: `/v1${protocolOf(target.endpoint).chatPath(target)}`, completion_window: "24h", metadata: { [MARK]: batch.id } };
    return toRemote(await askProvider(target, { method: "POST", address: "/batches", body: JSON.stringify(body) }, batchShape, limits));
  },
  async find(target, { id, since }, limits) {
    const oldest = since.getTime() / 1000 - CLOCK_SECONDS;
    for (let after = ""; ; ) {
      const { data, has_more } = await askProvider(target, { method: "GET", address: `/batches?limit=100${after}` }, listShape, limits);
      const ours = data.find(({ metadata }) => metadata?.[MARK] === id);
      if (ours) return { batch: toRemote(ours), isSure: true };
      const last = data.at(-1);
      if (!has_more || !last || last.created_at < oldest) return null;
      after = `&after=${encodeURIComponent(last.id)}`;
    }
  },
  look: async (target, id, limits) => toRemote(await askProvider(target, { method: "GET", address: `/batches/${encodeURIComponent(id)}` }, batchShape, limits)),
  async read(target, { answers }, take, limits) {
    for (const file of answers) {
      const refused = await readLinesFrom(target, `/files/${encodeURIComponent(file)}/content`, (line) => take(readAnswer(line)), limits);
      if (refused) throw describeStatus(refused, target);
    }
  },
  async cancel(target, id, limits) {
    await askProvider(target, { method: "POST", address: `/batches/${encodeURIComponent(id)}/cancel`, body: "{}" }, batchShape, limits);
  },
  async forget(target, { files }, limits) {
    for (const file of files) await deleteAt(target, `/files/${encodeURIComponent(file)}`, limits);
  },
};
