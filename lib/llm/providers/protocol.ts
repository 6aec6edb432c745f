import { z } from "zod";
import type { CallExtras, ChatMessage, Sampling, TokenUsage, ToolCall } from "../chat";
import type { SamplingLimits } from "../fit-sampling";
import type { ModelTarget } from "../endpoint";
import type { ReplyRule } from "../reply-rule";

/** A call as a protocol is handed it. What the provider cannot do is already left out. */
export interface ChatRequest {
  target: ModelTarget;
  messages: ChatMessage[];
  sampling: Sampling;
  extras: CallExtras;
  /** What the reply is held to. */
  rule: ReplyRule | null;
  /** `extras.responseSchema` says the rule; its reply is to be taken out of the object. */
  isRuledBySchema: boolean;
  /** What this model is known to refuse, by members of the protocol's `refusable`, with its words. */
  refused: ReadonlyMap<string, string>;
}

export interface ParsedReply extends TokenUsage {
  text: string;
  thinking: string | null;
  toolCalls: ToolCall[];
  /** The provider's own word; `normaliseFinish` makes it one of ours. */
  finishReason: string | null;
  /** The model's words where it refuses, or a filter's. */
  refusal: string | null;
}

/** What the texts are for; some models embed a question otherwise than what it is asked of. */
export type EmbeddingPurpose = "document" | "query";

export interface EmbeddingOptions {
  /** Wished length of a vector; null for the model's own. */
  dimensions: number | null;
  purpose: EmbeddingPurpose;
  /** Whether a local model cuts a text that is too long for it; of the others each does as it does. */
  truncate: boolean;
}

export interface EmbeddingRequest extends EmbeddingOptions {
  target: ModelTarget;
  texts: string[];
}

export interface ClassificationOptions {
  /** Whether a text that is too long for the model is cut; else it is refused. */
  truncate: boolean;
  /**
   * `labels`: the scores of a task model's labels. `likelihood`: what a causal model says of a text, which is JSON of [what
   * stands before it, itself]: `tokens`, how many were predicted, and `log_likelihood`, the sum of their natural logarithms.
   */
  measure: "labels" | "likelihood";
}

export interface ClassificationRequest extends ClassificationOptions {
  target: ModelTarget;
  texts: string[];
}

export type LabelScores = Record<string, number>;

/** A provider's wire protocol: how a call is written and its reply read. One file each. */
export interface ChatProtocol {
  headers?: Record<string, string>;
  chatPath(target: ModelTarget): string;
  body(request: ChatRequest): Record<string, unknown>;
  /** Throws where it is not a reply at all; one with nothing in it has no text. */
  parse(reply: unknown, request: ChatRequest): ParsedReply;
  /**
   * Parameters a model may refuse, as dotted paths in the body, and where each may be called otherwise, by that name. A call
   * goes on without them.
   */
  refusable: Record<string, string | null>;
  limits?: SamplingLimits;
  embedding?: {
    /** Texts in one request at most. */
    batch: number;
    path(target: ModelTarget): string;
    body(request: EmbeddingRequest): Record<string, unknown>;
    parse(reply: unknown): { vectors: number[][]; tokens: number };
  };
  classification?: {
    /** Texts in one request at most. */
    batch: number;
    path(request: ClassificationRequest): string;
    body(request: ClassificationRequest): Record<string, unknown>;
    parse(reply: unknown): { scores: LabelScores[]; tokens: number };
  };
  /** Address (a path, or a whole one where the list lives elsewhere) and reading of the list of models; null where there is none. */
  listing: { url(target: ModelTarget): string | null; parse(reply: unknown): string[] };
}

const MOST_TOKENS = 2 ** 31 - 1;

/** A count of tokens, also where a gateway writes it as text or as a fraction; what is no count is none. */
export const tokens = z
  .unknown()
  .optional()
  .transform((value) => {
    const count = typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? Math.round(Number(value)) : 0;
    return count > 0 && count <= MOST_TOKENS ? count : 0;
  });

/** Tokens a model may spend thinking, for protocols that want a number. */
export const thinkingBudget = { low: 2048, medium: 8192, high: 24_576 } as const;
