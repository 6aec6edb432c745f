/** One message of a chat. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** Everything that shapes a reply beside the messages. Null is “as the model's server has it”. */
export interface Sampling {
  temperature: number | null;
  topP: number | null;
  /** Tokens. */
  maxTokens: number | null;
  stop: string[];
  seed: number | null;
}

/** A reply, and what it took. */
export interface Completion {
  text: string;
  finishReason: string | null;
  record: CallRecord;
}

/** The call behind a row, stored with it as `__call`. */
export interface CallRecord {
  /** Call cache key, 64 hexadecimal digits; the request and the raw reply are found under it. */
  key: string;
  cached: boolean;
  /** Requests sent for this call; 0 when cached. */
  attempts: number;
  latencyMs: number;
  promptTokens: number;
  completionTokens: number;
  /** Millionths of a US dollar. */
  costMicros: number;
}
