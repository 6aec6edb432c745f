/** The providers' words for why a reply ended, by ours. Ours map to themselves, so that it may be done twice. */
const words: Record<string, string[]> = {
  stop: ["stop", "end_turn", "stop_sequence", "complete", "completed", "eos", "eos_token"],
  length: ["length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"],
  tool_calls: ["tool_calls", "tool_use", "tool_call", "function_call"],
  content_filter: [
    ...["content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii", "image_safety", "language"],
    ...["guardrail_intervened", "content_filtered", "error_toxic"],
  ],
};
const normal = new Map(Object.entries(words).flatMap(([ours, theirs]) => theirs.map((word) => [word, ours] as const)));

/** `stop`, `length`, `tool_calls`, `content_filter`, or the provider's word in lower case. */
export function normaliseFinish(reason: string | null): string | null {
  if (reason === null) return null;
  const word = reason.toLowerCase();
  return normal.get(word) ?? word;
}
