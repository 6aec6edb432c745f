import { hash } from "node:crypto";
import { canonicalJson } from "@/lib/core/canonical-json";
import type { CallExtras, ChatMessage, Sampling } from "./chat";
import type { ClassificationOptions, EmbeddingOptions } from "./providers/protocol";

/** Rises when the meaning of a key changes; every call is then made anew. */
const CALL_KEY_SCHEME = 1;
const EMBEDDING_KEY_SCHEME = 1;
const CLASSIFICATION_KEY_SCHEME = 1;

/** Texts of what is the same for all calls of a chunk: writing them anew for each call cost more than hashing it. */
const texts = new WeakMap<object, string>();

function textOf(value: object): string {
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = canonicalJson(value)));
  return text;
}

/** Samplings without their limit of tokens, one object each, so that their texts are made once too. */
const unlimited = new WeakMap<Sampling, object>();

function withoutLimit(sampling: Sampling): object {
  let rest = unlimited.get(sampling);
  if (rest === undefined) {
    const { maxTokens: _, ...others } = sampling;
    unlimited.set(sampling, (rest = others));
  }
  return rest;
}

function messageText(message: ChatMessage): string {
  if (typeof message.content !== "string" || message.toolCalls || message.toolCallId !== undefined) return canonicalJson(message);
  return `{"content":${JSON.stringify(message.content)},"role":"${message.role}"}`;
}

interface CallKeyPair {
  /**
   * Key of a call in the cache: the model (provider, base URL and name, or weights by content), every sampling parameter, the
   * full messages, the sample number, and tools, schema and thinking where there are any. Never the connection's name or key,
   * so that a cache can travel.
   */
  key: Buffer;
  /**
   * The same whatever its limit of tokens. A reply that ended by itself is the answer under each limit that it fits into, so
   * raising the limit asks again only for those that were cut. No call has it as its key: a sampling always names its limit.
   */
  readonly openKey: Buffer;
  /** The limit. */
  maxTokens: number | null;
}

/** The keys of a call. `identity`, `sampling` and `extras` are not changed once they have been part of a key. */
export function makeCallKeys(identity: Record<string, unknown>, sampling: Sampling, messages: ChatMessage[], sample: number, extras?: CallExtras): CallKeyPair {
  const said = messages.map(messageText).join(",");
  const asked = extras ? textOf(extras) : "{}";
  // The canonical JSON of { extras, scheme, model, sampling, messages, sample }; a plain call has no extras and keeps its key of old.
  const before = `{${asked === "{}" ? "" : `"extras":${asked},`}"messages":[${said}],"model":${textOf(identity)},"sample":${String(sample)},"sampling":`;
  const hashOf = (part: object): Buffer => hash("sha256", `${before}${textOf(part)},"scheme":${String(CALL_KEY_SCHEME)}}`, "buffer");
  let openKey: Buffer | undefined;
  return {
    key: hashOf(sampling),
    maxTokens: sampling.maxTokens,
    // Of a call whose reply is found by its key, which most are in a second run, nobody asks for it.
    get openKey() {
      return (openKey ??= hashOf(withoutLimit(sampling)));
    },
  };
}

/** Key of one text's vector: the model, the wished length, what the text is for, whether it may be cut, and the text. */
export function makeEmbeddingKey(identity: Record<string, unknown>, { dimensions, purpose, truncate }: EmbeddingOptions, text: string): Buffer {
  return hash("sha256", canonicalJson({ embedding: EMBEDDING_KEY_SCHEME, model: identity, dimensions, purpose, truncate: truncate || undefined, text }), "buffer");
}

/** Key of one text's label scores: the model, what is measured, whether the text may be cut, and the text. */
export function makeClassificationKey(identity: Record<string, unknown>, { truncate, measure }: ClassificationOptions, text: string): Buffer {
  return hash("sha256", canonicalJson({ classification: CLASSIFICATION_KEY_SCHEME, model: identity, measure: measure === "labels" ? undefined : measure, truncate, text }), "buffer");
}
