import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { providerEntry, type Capabilities } from "@/lib/contracts/providers";
import { authorise } from "./auth/authorise";
import type { CallExtras, ChatMessage, Sampling } from "./chat";
import type { Endpoint, ModelTarget } from "./endpoint";
import { describeStatus, readProviderError } from "./providers/describe-status";
import { normaliseFinish } from "./providers/finish-reason";
import type { ChatProtocol, ChatRequest, ClassificationRequest, EmbeddingRequest, LabelScores, ParsedReply } from "./providers/protocol";
import { protocolOf } from "./providers/protocols";
import { knownRefusals, leaveOutRefused, readRefusal, rememberRefusal } from "./refusals";
import { send, type HttpReply } from "./transport";

export interface CallLimits {
  timeoutMs: number;
  signal: AbortSignal;
}

/** Parameters that one call may learn to do without. */
const MAX_LEARNED = 6;
const QUOTE_LENGTH = 120;

async function sendTo(target: ModelTarget, method: "GET" | "POST", address: string, body: string, limits: CallLimits): Promise<HttpReply> {
  const { endpoint } = target;
  const url = address.startsWith("/") ? `${endpoint.baseUrl}${address}` : address;
  const proof = await authorise(endpoint, { method, url, body });
  const headers = { "content-type": "application/json", ...protocolOf(endpoint).headers, ...proof };
  return send({ endpoint, method, url, headers, ...(method === "POST" ? { body } : {}), ...limits });
}

function demand(endpoint: Endpoint, capability: keyof Capabilities, feature: string): void {
  if (!providerEntry(endpoint.provider).capabilities[capability]) throw new AppError("model_feature_missing", { connection: endpoint.name, feature });
}

/** The call without what the provider has no word for; a call that would lose its meaning is refused instead. */
function fitToProvider(target: ModelTarget, call: { messages: ChatMessage[]; sampling: Sampling; extras: CallExtras }): ChatRequest {
  const { endpoint } = target;
  const { capabilities } = providerEntry(endpoint.provider);
  const { messages, sampling, extras } = call;
  if (extras.responseSchema) demand(endpoint, "jsonSchema", "replies by a JSON schema");
  if (extras.tools) demand(endpoint, "tools", "tools");
  if (messages.some(({ content }) => typeof content !== "string" && content.some(({ type }) => type === "image"))) demand(endpoint, "images", "images");
  const { thinking, ...others } = extras;
  return {
    target,
    messages,
    sampling: { ...sampling, seed: capabilities.seed ? sampling.seed : null, stop: capabilities.stop ? sampling.stop : [] },
    extras: thinking && capabilities.thinking ? extras : others,
    refused: knownRefusals(target),
  };
}

const hiddenFailure = z.looseObject({ error: z.looseObject({ code: z.unknown().optional() }), choices: z.undefined().optional(), output: z.undefined().optional() });

/** Some gateways answer 200 and tell of the failure within. */
function hiddenStatus(json: unknown): number | null {
  const found = hiddenFailure.safeParse(json);
  if (!found.success) return null;
  const status = Number(found.data.error.code);
  return status >= 400 && status < 600 ? status : 502;
}

function readReply<Reply>(reply: HttpReply, target: ModelTarget, parse: (json: unknown) => Reply): Reply {
  let json: unknown;
  try {
    json = JSON.parse(reply.text);
  } catch (error) {
    throw new AppError("model_reply_invalid", { connection: target.endpoint.name, detail: `“${reply.text.slice(0, QUOTE_LENGTH)}”` }, { cause: error });
  }
  const status = hiddenStatus(json);
  if (status !== null) throw describeStatus({ ...reply, status }, target);
  try {
    return parse(json);
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error).slice(0, 500) : `“${reply.text.slice(0, QUOTE_LENGTH)}”`;
    throw new AppError("model_reply_invalid", { connection: target.endpoint.name, detail }, { cause: error });
  }
}

/** A server that was not told where to stop is stopped here. */
function cutAtStop(text: string, stop: string[]): string {
  const places = stop.map((word) => text.indexOf(word)).filter((place) => place >= 0);
  return places.length > 0 ? text.slice(0, Math.min(...places)) : text;
}

function checkReply(reply: ParsedReply, { endpoint }: ModelTarget): void {
  const connection = endpoint.name;
  if (reply.refusal !== null || reply.finishReason === "content_filter") {
    throw new AppError("model_content_filtered", { connection, detail: (reply.refusal ?? reply.text).slice(0, 300) || "its content filter" });
  }
  if (reply.text !== "" || reply.toolCalls.length > 0) return;
  if (reply.finishReason === "length") throw new AppError("model_reply_cut", { connection, tokens: reply.completionTokens });
  throw new AppError("model_reply_empty", { connection });
}

/**
 * One request to one server and its reply, past cache, limiter and retries. A parameter that the model refuses is left out
 * from then on. Throws what `send` throws, what the status stands for, `model_reply_invalid`, `model_reply_empty`,
 * `model_reply_cut`, `model_content_filtered`, `model_feature_missing`.
 */
export async function callChat(target: ModelTarget, call: { messages: ChatMessage[]; sampling: Sampling; extras: CallExtras }, limits: CallLimits): Promise<{ reply: ParsedReply; sent: Record<string, unknown> }> {
  const protocol = protocolOf(target.endpoint);
  for (let learned = 0; ; learned++) {
    const request = fitToProvider(target, call);
    const sent = leaveOutRefused(protocol, protocol.body(request), request.refused);
    const reply = await sendTo(target, "POST", protocol.chatPath(target), JSON.stringify(sent), limits);
    if (reply.status >= 300) {
      const isAboutRequest = reply.status === 400 || reply.status === 422;
      const refusal = isAboutRequest && learned < MAX_LEARNED ? readRefusal(protocol, sent, readProviderError(reply.text, target.endpoint)) : null;
      if (refusal === null) throw describeStatus(reply, target);
      rememberRefusal(target, refusal);
      continue;
    }
    const parsed = readReply(reply, target, (json) => protocol.parse(json, request));
    const read = { ...parsed, text: cutAtStop(parsed.text, call.sampling.stop), finishReason: normaliseFinish(parsed.finishReason) };
    checkReply(read, target);
    return { reply: read, sent };
  }
}

/** Texts in one request at most; throws `model_feature_missing` where the provider embeds none. */
export function embeddingBatch(target: ModelTarget): number {
  const { embedding } = protocolOf(target.endpoint);
  demand(target.endpoint, "embeddings", "embeddings");
  if (!embedding) throw new AppError("model_feature_missing", { connection: target.endpoint.name, feature: "embeddings" });
  return embedding.batch;
}

/** The vectors of some texts, in their order. */
export async function callEmbedding(request: EmbeddingRequest, limits: CallLimits): Promise<{ vectors: number[][]; tokens: number }> {
  const { target, texts } = request;
  const { embedding } = protocolOf(target.endpoint);
  if (!embedding) throw new AppError("model_feature_missing", { connection: target.endpoint.name, feature: "embeddings" });
  const reply = await sendTo(target, "POST", embedding.path(target), JSON.stringify(embedding.body(request)), limits);
  if (reply.status >= 300) throw describeStatus(reply, target);
  const made = readReply(reply, target, (json) => embedding.parse(json));
  const length = made.vectors[0]?.length ?? 0;
  if (made.vectors.length !== texts.length || length === 0 || made.vectors.some((vector) => vector.length !== length)) {
    throw new AppError("model_reply_invalid", { connection: target.endpoint.name, detail: `${String(made.vectors.length)} vectors for ${String(texts.length)} texts` });
  }
  return made;
}

/** The protocol's classification. Throws `model_feature_missing` for all servers but our own: there is no common interface. */
function classificationOf({ endpoint }: ModelTarget): NonNullable<ChatProtocol["classification"]> {
  const { classification } = protocolOf(endpoint);
  if (!classification || !endpoint.isOwnServer) throw new AppError("model_feature_missing", { connection: endpoint.name, feature: "classification" });
  return classification;
}

/** Texts in one request at most. Throws `model_feature_missing`. */
export function classificationBatch(target: ModelTarget): number {
  return classificationOf(target).batch;
}

/** The label scores of some texts, in their order. */
export async function callClassification(request: ClassificationRequest, limits: CallLimits): Promise<{ scores: LabelScores[]; tokens: number }> {
  const { target, texts } = request;
  const classification = classificationOf(target);
  const reply = await sendTo(target, "POST", classification.path, JSON.stringify(classification.body(request)), limits);
  if (reply.status >= 300) throw describeStatus(reply, target);
  const made = readReply(reply, target, (json) => classification.parse(json));
  if (made.scores.length !== texts.length) {
    throw new AppError("model_reply_invalid", { connection: target.endpoint.name, detail: `scores of ${String(made.scores.length)} texts for ${String(texts.length)}` });
  }
  return made;
}

/** Names of the models that a server lists, sorted; null where it has no list. Only a refused key is an error. */
export async function listRemoteModels(endpoint: Endpoint, limits: CallLimits): Promise<string[] | null> {
  const target = { endpoint, model: "" };
  const { listing } = protocolOf(endpoint);
  const address = listing.url(target);
  if (address === null) return null;
  const reply = await sendTo(target, "GET", address, "", limits);
  if (reply.status >= 300) {
    const error = describeStatus(reply, target);
    if (error.code === "model_key_refused" || error.code === "model_credit_exhausted") throw error;
    return null;
  }
  try {
    return listing.parse(JSON.parse(reply.text)).sort();
  } catch {
    return null;
  }
}
