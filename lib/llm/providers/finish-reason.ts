/** The providers' words for why a reply ended, by ours. Ours map to themselves, so that it may be done twice. */
const words: Record<string, string[]> = {
  stop: ["stop", "end_turn", "stop_sequence", "complete", "completed", "eos", "eos_token", "end", "done", "finish", "finished", "stop_token", "end_of_text"],
  length: ["length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded", "max_length", "max_completion_tokens", "max_new_tokens", "limit", "token_limit", "context_length", "incomplete"],
  tool_calls: ["tool_calls", "tool_use", "tool_call", "function_call"],
  content_filter: [
    ...["content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii", "image_safety", "language"],
    ...["guardrail_intervened", "content_filtered", "error_toxic"],
  ],
};
const normal = new Map(Object.entries(words).flatMap(([ours, theirs]) => theirs.map((word) => [word, ours] as const)));

/** `stop`, `length`, `tool_calls`, `content_filter`, or the provider's word in lower case. */
export function normaliseFinish(reason: string | null): string | null {
  if (reason === null || reason === "") return null;
  const word = reason.toLowerCase();
  return normal.get(word) ?? word;
}

/** Whether the model ended a reply, and no limit did. What says nothing of its end may have been cut. */
export function endedByItself(reason: string | null): boolean {
  const word = normaliseFinish(reason);
  return word === "stop" || word === "tool_calls";
}

/** Whether a reply ended in a way that is known to be an end; nothing said is taken for one. */
export function isKnownFinish(reason: string | null): boolean {
  return reason === null || reason in words;
}
