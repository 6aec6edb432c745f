import { z } from "zod";
import { describeChanged, LEFT_OUT, type ChangedValue } from "@/lib/contracts/changed-values";
import { AppError } from "@/lib/core/app-error";
import { ownServer, providerEntry, type Capabilities } from "@/lib/contracts/providers";
import { storableText } from "@/lib/core/storable-text";
import type { CallExtras, ChatMessage, Sampling, TokenUsage } from "./chat";
import type { Endpoint, ModelTarget } from "./endpoint";
import { describeStatus, readProviderError } from "./providers/describe-status";
import { isKnownFinish, normaliseFinish } from "./providers/finish-reason";
import type { ChatProtocol, ChatRequest, ClassificationRequest, EmbeddingRequest, LabelScores, ParsedReply } from "./providers/protocol";
import { protocolOf } from "./providers/protocols";
import { assembleStream, isEventStream } from "./providers/read-stream";
import { addFields } from "./add-fields";
import { fitSampling } from "./fit-sampling";
import { findHiddenFailure } from "./hidden-failure";
import { markPaid } from "./paid-calls";
import { parseBody } from "./read-json";
import { findBrokenRule, readRuled, ruleOf, ruleSchema, writeOwnRule } from "./reply-rule";
import { knownRefusals, leaveOutRefused, readRefusal, rememberRefusal } from "./refusals";
import { readContexts } from "./read-contexts";
import { sendTo, type CallLimits } from "./send-to";
import type { HttpReply } from "./transport";

/** Parameters that one call may learn to do without. */
const MAX_LEARNED = 6;
const QUOTE_LENGTH = 120;

const capabilitiesAt = ({ isOwnServer, provider }: Endpoint): Capabilities => (isOwnServer ? ownServer : providerEntry(provider).capabilities);

function demand(endpoint: Endpoint, capability: keyof Capabilities, feature: string): void {
  if (!capabilitiesAt(endpoint)[capability]) throw new AppError("model_feature_missing", { connection: endpoint.name, feature });
}

/** The call without what the provider has no word for, which is told; a call that would lose its meaning is refused instead. */
function fitToProvider(target: ModelTarget, call: ChatCall, refused: ChatRequest["refused"]): { request: ChatRequest; changed: ChangedValue[] } {
  const { endpoint } = target;
  const capabilities = capabilitiesAt(endpoint);
  const { messages, sampling, extras } = call;
  const rule = ruleOf(sampling);
  const isRuledBySchema = rule !== null && writeOwnRule(rule, providerEntry(endpoint.provider).dialect?.replyRule) === null;
  if (extras.responseSchema) demand(endpoint, "jsonSchema", "replies by a JSON schema");
  if (extras.tools) demand(endpoint, "tools", "tools");
  if (messages.some(({ content }) => typeof content !== "string" && content.some(({ type }) => type === "image"))) demand(endpoint, "images", "images");
  if (sampling.frequencyPenalty !== undefined || sampling.presencePenalty !== undefined) demand(endpoint, "penalties", "frequency and presence penalties");
  if (sampling.repetitionPenalty !== undefined) demand(endpoint, "repetitionPenalty", "a repetition penalty");
  if (sampling.logitBias !== undefined) demand(endpoint, "logitBias", "logit bias");
  if (sampling.topK !== undefined) demand(endpoint, "topK", "a bound on the number of tokens to choose from (top k)");
  if (sampling.minP !== undefined) demand(endpoint, "minP", "a bound on how likely tokens are (min p)");
  if (sampling.thinkFirst !== undefined) demand(endpoint, "thinkingSwitch", "a switch for thinking");
  if (sampling.replyChoices !== undefined) demand(endpoint, "replyChoices", "replies that are one of some texts");
  if (sampling.replyPattern !== undefined) demand(endpoint, "replyPattern", "replies that match a regular expression");
  const { thinking, ...others } = extras;
  const thinks = sampling.thinkFirst === true || (thinking !== undefined && capabilities.thinking);
  const fitted = fitSampling(sampling, { limits: protocolOf(endpoint).limits, hasSeed: capabilities.seed, thinks });
  if (thinking && !capabilities.thinking) fitted.changed.push({ name: "thinking", asked: thinking, sentAs: "thinking", sent: LEFT_OUT });
  const request = {
    target,
    messages,
    // Where a provider takes no places to stop at, the reply is cut there when it is read.
    sampling: { ...fitted.sampling, stop: capabilities.stop ? sampling.stop : [] },
    extras: { ...others, ...(thinking && capabilities.thinking && { thinking }), ...(rule && isRuledBySchema && { responseSchema: ruleSchema(rule) }) },
    rule,
    isRuledBySchema,
    refused,
  };
  return { request, changed: fitted.changed };
}

function readReply<Reply>(reply: HttpReply, target: ModelTarget, parse: (json: unknown) => Reply): Reply {
  const connection = target.endpoint.name;
  const json = isEventStream(reply.text) ? assembleStream(reply.text) : parseBody(reply.text, connection);
  if (json === null) throw new AppError("model_reply_invalid", { connection, detail: `it is a stream, which was not asked for, of a kind that is not known: “${reply.text.slice(0, QUOTE_LENGTH)}”` });
  const hidden = findHiddenFailure(json);
  if (hidden) throw markPaid(describeStatus({ ...reply, ...hidden }, target), usageOf(json, parse));
  try {
    return parse(json);
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error).slice(0, 500) : `“${reply.text.slice(0, QUOTE_LENGTH)}”`;
    throw new AppError("model_reply_invalid", { connection, detail: `${detail}: “${reply.text.slice(0, QUOTE_LENGTH)}”` }, { cause: error });
  }
}

const noUsage: TokenUsage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

/** What a reply took that tells of a failure. */
function usageOf(json: unknown, parse: (json: unknown) => unknown): TokenUsage {
  try {
    return { ...noUsage, ...(parse(json) as Partial<TokenUsage>) };
  } catch {
    return noUsage;
  }
}

/** A server that was not told where to stop is stopped here. */
function cutAtStop(text: string, stop: string[]): string {
  const places = stop.map((word) => text.indexOf(word)).filter((place) => place >= 0);
  return places.length > 0 ? text.slice(0, Math.min(...places)) : text;
}

/** Why a reply is no answer; null for one that is. */
function findFault(reply: ParsedReply, { target, extras, rule }: ChatRequest): AppError | null {
  const connection = target.endpoint.name;
  const { text, toolCalls, finishReason, refusal, completionTokens } = reply;
  if (refusal !== null || finishReason === "content_filter") return new AppError("model_content_filtered", { connection, detail: (refusal ?? text).slice(0, 300) || "its content filter" });
  if (!isKnownFinish(finishReason)) return new AppError("model_reply_unfinished", { connection, reason: finishReason, reply: text.slice(0, 300) });
  const isBlank = text.trim() === "";
  if (!extras.tools && toolCalls.length > 0 && (isBlank || finishReason === "tool_calls")) {
    return new AppError("model_tools_unasked", { connection, calls: toolCalls.map((call) => `${call.name}(${call.arguments})`).join(", ").slice(0, 300) });
  }
  if (toolCalls.length > 0) return null;
  if (!isBlank) {
    const broken = rule && findBrokenRule(text, rule, connection);
    return broken && finishReason === "length" ? new AppError("model_reply_cut", { connection, tokens: completionTokens }) : broken;
  }
  return finishReason === "length" ? new AppError("model_reply_cut", { connection, tokens: completionTokens }) : new AppError("model_reply_empty", { connection });
}

export interface ChatCall {
  messages: ChatMessage[];
  sampling: Sampling;
  extras: CallExtras;
  /** A value that the model does not take ends the call, and is not replaced by the nearest that it takes. */
  isExact?: boolean;
}

/** A call as it goes out, beside what its reply is read with. */
export interface WrittenChat {
  request: ChatRequest;
  body: Record<string, unknown>;
  /** What of it is not as it was set. */
  changed: ChangedValue[];
}

/** What a call says that wants its values as they are, of a reply that was made by others. */
export function refuseChanged({ endpoint, model }: ModelTarget, changed: readonly ChangedValue[], words: Iterable<string> = []): AppError {
  const detail = [...words].join("; ") || "its interface takes no such value";
  return new AppError("model_value_refused", { connection: endpoint.name, model, changes: changed.map(describeChanged).join(", "), detail });
}

/**
 * The call in the provider's words, without what this model is known to refuse, now or as `refused` says. Throws `model_feature_missing`, `request_field_taken`, 
 * `model_value_refused`.
 */
export function writeChat(target: ModelTarget, call: ChatCall, refused: ChatRequest["refused"] = knownRefusals(target)): WrittenChat {
  const protocol = protocolOf(target.endpoint);
  const { request, changed } = fitToProvider(target, call, refused);
  const body = leaveOutRefused(protocol, protocol.body(request), request.refused, (one) => changed.push(one));
  if (call.isExact && changed.length > 0) throw refuseChanged(target, changed, request.refused.values());
  const { requestFields } = call.sampling;
  return { request, body: requestFields ? addFields(body, requestFields, target.endpoint.name) : body, changed };
}

/**
 * A reply of success in our words. Throws `model_reply_invalid`, `model_reply_empty`, `model_reply_cut`, `model_reply_unfinished`,
 * `reply_breaks_rule`, `model_tools_unasked`, `model_content_filtered`, or what its hidden failure stands for; `paidUsage` knows what it took.
 */
export function readChat(reply: HttpReply, { target, request, stop }: { target: ModelTarget; request: ChatRequest; stop: string[] }): ParsedReply {
  const parsed = readReply(reply, target, (json) => protocolOf(target.endpoint).parse(json, request));
  const said = request.rule && request.isRuledBySchema ? readRuled(parsed.text, request.rule) : parsed.text;
  const text = storableText(cutAtStop(said, stop));
  const read = { ...parsed, text, thinking: parsed.thinking && storableText(parsed.thinking), finishReason: normaliseFinish(parsed.finishReason) };
  const fault = findFault(read, request);
  if (fault) throw markPaid(fault, read);
  return read;
}

/** Whether a reply only refuses a parameter that was sent, which is then left out of this model's calls. */
export function learnsRefusal(reply: Pick<HttpReply, "status" | "text">, target: ModelTarget, sent: Record<string, unknown>): boolean {
  if (reply.status !== 400 && reply.status !== 422) return false;
  const error = readProviderError(reply.text, target.endpoint);
  const refusal = readRefusal(protocolOf(target.endpoint), sent, error);
  if (refusal !== null) rememberRefusal(target, refusal, error.detail);
  return refusal !== null;
}

/** As `learnsRefusal`, for a call of a batch: another call of it, or another worker, may have taught us meanwhile. */
export function learnsRefusalLate(reply: Pick<HttpReply, "status" | "text">, target: ModelTarget, { request, body }: Pick<WrittenChat, "request" | "body">): boolean {
  return learnsRefusal(reply, target, body) || learnsRefusal(reply, target, protocolOf(target.endpoint).body(request));
}

/** A reply, the body it was asked for with, and what of that is not as it was set. */
export interface ChatAnswer {
  reply: ParsedReply;
  sent: Record<string, unknown>;
  changed: ChangedValue[];
}

/**
 * One request to one server and its reply, past cache, limiter and retries. A parameter that the model refuses is left out
 * from then on. Throws what `send` throws, what the status stands for, and as `readChat` and `writeChat` do.
 */
export async function callChat(target: ModelTarget, call: ChatCall, limits: CallLimits): Promise<ChatAnswer> {
  const address = protocolOf(target.endpoint).chatPath(target);
  for (let learned = 0; ; learned++) {
    const { request, body, changed } = writeChat(target, call);
    const reply = await sendTo(target, { method: "POST", address, body: JSON.stringify(body) }, limits);
    if (reply.status < 300) return { reply: readChat(reply, { target, request, stop: call.sampling.stop }), sent: body, changed };
    if (learned >= MAX_LEARNED || !learnsRefusal(reply, target, body)) throw describeStatus(reply, target);
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
  const reply = await sendTo(target, { method: "POST", address: embedding.path(target), body: JSON.stringify(embedding.body(request)) }, limits);
  if (reply.status >= 300) throw describeStatus(reply, target);
  const made = readReply(reply, target, (json) => embedding.parse(json));
  const lengths = [...new Set(made.vectors.map((vector) => vector.length))];
  const wrong = (detail: string): AppError => new AppError("model_reply_invalid", { connection: target.endpoint.name, detail });
  if (made.vectors.length !== texts.length) throw wrong(`${String(made.vectors.length)} vectors for ${String(texts.length)} texts`);
  if (lengths.length > 1) throw wrong(`its vectors have different lengths: ${lengths.slice(0, 5).join(", ")} numbers`);
  if (lengths[0] === 0) throw wrong("its vectors have no numbers");
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
  const reply = await sendTo(target, { method: "POST", address: classification.path(request), body: JSON.stringify(classification.body(request)) }, limits);
  if (reply.status >= 300) throw describeStatus(reply, target);
  const made = readReply(reply, target, (json) => classification.parse(json));
  if (made.scores.length !== texts.length) {
    throw new AppError("model_reply_invalid", { connection: target.endpoint.name, detail: `scores of ${String(made.scores.length)} texts for ${String(texts.length)}` });
  }
  return made;
}

export interface RemoteModels {
  /** Sorted. */
  names: string[];
  /** Tokens that prompt and reply may have together, by name, as far as the list says. */
  contexts: ReadonlyMap<string, number>;
}

/** The models that a server lists; null where it has no list. Only a refused key is an error. */
export async function listRemoteModels(endpoint: Endpoint, limits: CallLimits): Promise<RemoteModels | null> {
  const target = { endpoint, model: "" };
  const { listing } = protocolOf(endpoint);
  const address = listing.url(target);
  if (address === null) return null;
  const reply = await sendTo(target, { method: "GET", address }, limits);
  if (reply.status >= 300) {
    const error = describeStatus(reply, target);
    if (error.code === "model_key_refused" || error.code === "model_credit_exhausted") throw error;
    return null;
  }
  try {
    const json: unknown = JSON.parse(reply.text);
    return { names: listing.parse(json).sort(), contexts: readContexts(json) };
  } catch {
    return null;
  }
}

const countShape = z.object({ tokens: z.number(), context: z.number().nullable() });

/** How many tokens messages are to a model of our own server, and how many it takes; null for a model without a bound. */
export async function countAtOwnServer(target: ModelTarget, messages: ChatMessage[], limits: CallLimits): Promise<{ tokens: number; context: number | null }> {
  const reply = await sendTo(target, { method: "POST", address: "/count", body: JSON.stringify({ model: target.model, messages }) }, limits);
  if (reply.status >= 300) throw describeStatus(reply, target);
  return readReply(reply, target, (json) => countShape.parse(json));
}
