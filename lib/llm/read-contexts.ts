import { z } from "zod";

const count = z.coerce.number().int().positive().nullish().catch(null);
/** Where servers say in their lists how many tokens a model takes; each its own way. */
const described = z.looseObject({
  id: z.string().nullish(),
  name: z.string().nullish(),
  modelId: z.string().nullish(),
  // OpenRouter, Together, Cohere, DeepInfra
  context_length: count,
  // vLLM, SGLang
  max_model_len: count,
  // Mistral, LM Studio
  max_context_length: count,
  // Groq
  context_window: count,
  // Anthropic
  max_input_tokens: count,
  // Google
  inputTokenLimit: count,
  // llama.cpp
  meta: z.looseObject({ n_ctx: count, n_ctx_train: count }).nullish().catch(null),
});
const lists = z.looseObject({ data: z.array(described).nullish(), models: z.array(described).nullish() });

/** Tokens that prompt and reply may have together, by model, as far as a server's list of models says. */
export function readContexts(listed: unknown): Map<string, number> {
  const parsed = z.union([z.array(described), lists.transform(({ data, models }) => data ?? models ?? [])]).safeParse(listed);
  const contexts = new Map<string, number>();
  for (const model of parsed.data ?? []) {
    const id = model.id ?? model.modelId ?? model.name ?? "";
    const tokens = model.max_model_len ?? model.context_length ?? model.max_context_length ?? model.context_window ?? model.max_input_tokens ?? model.inputTokenLimit ?? model.meta?.n_ctx ?? model.meta?.n_ctx_train;
    if (tokens) contexts.set(id.slice(model.id ? 0 : id.lastIndexOf("/") + 1), tokens);
  }
  return contexts;
}

const LIMITS = [
  /maximum context length (?:is|of) (\d[\d,]*)/i,
  /context (?:length|window|size)[^.]{0,40}?(?:is|of|to|:) (\d[\d,]*)/i,
  /model's context is (\d[\d,]*)/i,
  /\d[\d,]* tokens? > (\d[\d,]*) maximum/i,
  /maximum number of tokens allowed \(?(\d[\d,]*)/i,
  /at most (\d[\d,]*) tokens/i,
];

/** The number of tokens that a server names when it refuses a prompt as too long; null where it names none. */
export function readRefusedContext(detail: string): number | null {
  for (const pattern of LIMITS) {
    const tokens = Number(pattern.exec(detail)?.[1]?.replaceAll(",", ""));
    if (Number.isInteger(tokens) && tokens > 0) return tokens;
  }
  return null;
}
