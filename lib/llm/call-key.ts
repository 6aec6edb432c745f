import { hash } from "node:crypto";
import { canonicalJson } from "@/lib/core/canonical-json";
import type { ChatMessage, Sampling } from "./chat";

/** Rises when the meaning of a key changes; every call is then made anew. */
const CALL_KEY_SCHEME = 1;

/** Texts of what is the same for all calls of a chunk: writing them anew for each call cost more than hashing it. */
const texts = new WeakMap<object, string>();

function textOf(value: object): string {
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = canonicalJson(value)));
  return text;
}

/**
 * Key of a call in the cache: the model (provider, base URL and name, or weights by content), every sampling parameter,
 * the full messages and the sample number. Never the connection's name or key, so that a cache can travel.
 * `identity` and `sampling` are not changed once they have been part of a key.
 */
export function makeCallKey(identity: Record<string, unknown>, sampling: Sampling, messages: ChatMessage[], sample: number): Buffer {
  const said = messages.map(({ role, content }) => `{"content":${JSON.stringify(content)},"role":"${role}"}`).join(",");
  // The canonical JSON of { scheme, model, sampling, messages, sample }.
  const text = `{"messages":[${said}],"model":${textOf(identity)},"sample":${String(sample)},"sampling":${textOf(sampling)},"scheme":${String(CALL_KEY_SCHEME)}}`;
  return hash("sha256", text, "buffer");
}
