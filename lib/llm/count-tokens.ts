import type { Pool } from "pg";
import type { ChatMessage } from "./chat";
import type { ModelTarget } from "./endpoint";
import { countAtOwnServer } from "./provider-call";
import type { CallLimits } from "./send-to";
import { textOf } from "./providers/message-parts";

/** How a number of tokens was found. Only the first two are exact enough to fail a row by. */
export type CountSource = "server" | "tokenizer" | "measured" | "guess";

export interface TokenCount {
  tokens: number;
  /** What the model takes, where the count tells that too. */
  context: number | null;
  source: CountSource;
}

export type CountTokens = (messages: ChatMessage[], limits: CallLimits) => Promise<TokenCount>;

const CHARACTERS_PER_TOKEN = 4;
/** What frames each message, and the reply's beginning (cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken). */
const TOKENS_A_MESSAGE = 4;
const TOKENS_OF_REPLY = 3;
/** Calls that a measure needs to be worth more than a guess. */
const ENOUGH_CALLS = 20;
const OPENAI = new Set(["openai", "openai-responses", "azure-openai"]);
const OLD_VOCABULARY = /^(gpt-3\.5|gpt-35|gpt-4(?!o|\.1|\.5)(?:-|$))/;
const NEW_VOCABULARY = /^(gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o[134](-|$)|chatgpt-)/;

/** Of the last calls of the model: their tokens, and the characters of what they said, whatever protocol they are in. */
const RATIO = `
  SELECT count(*)::int AS calls, sum(prompt_tokens)::float8 / NULLIF(sum(characters), 0)::float8 AS ratio FROM (
    SELECT prompt_tokens, COALESCE(length(request->>'system'), length(request->>'systemInstruction'), 0) + COALESCE((
      SELECT sum(length(COALESCE(said->>'content', said->>'parts', ''))) FROM jsonb_array_elements(
        CASE WHEN jsonb_typeof(COALESCE(request->'messages', request->'input', request->'contents')) = 'array' THEN COALESCE(request->'messages', request->'input', request->'contents') ELSE '[]' END) said), 0) AS characters
    FROM call_cache WHERE model = $1 ORDER BY created_at DESC LIMIT 200) recent`;

/** Prompt tokens for each character of what was said to a model, over its last calls; null where they are too few to tell. */
export async function measureTokens(pool: Pool, model: string): Promise<number | null> {
  const { rows } = await pool.query<{ calls: number; ratio: number | null }>(RATIO, [model]);
  return rows[0]?.ratio && rows[0].calls >= ENOUGH_CALLS ? rows[0].ratio : null;
}

async function readVocabulary(model: string): Promise<((text: string) => number) | null> {
  if (NEW_VOCABULARY.test(model)) return (await import("gpt-tokenizer/encoding/o200k_base")).countTokens;
  if (OLD_VOCABULARY.test(model)) return (await import("gpt-tokenizer/encoding/cl100k_base")).countTokens;
  return null;
}

/**
 * How tokens of a model are counted: by its own server where that is ours, by OpenAI's vocabulary for its models, else by what
 * past calls of the model took for their characters, else at four characters each.
 */
export async function openTokenCounter(pool: Pool, target: ModelTarget): Promise<CountTokens> {
  if (target.endpoint.isOwnServer) return async (messages, limits) => ({ ...(await countAtOwnServer(target, messages, limits)), source: "server" });
  const count = OPENAI.has(target.endpoint.provider) ? await readVocabulary(target.model) : null;
  if (count) {
    const ofMessage = (message: ChatMessage): number => count(textOf(message)) + TOKENS_A_MESSAGE;
    return (messages) => Promise.resolve({ tokens: messages.reduce((sum, message) => sum + ofMessage(message), TOKENS_OF_REPLY), context: null, source: "tokenizer" });
  }
  const measured = await measureTokens(pool, target.model);
  return (messages) => {
    const characters = messages.reduce((sum, message) => sum + textOf(message).length, 0);
    return Promise.resolve({ tokens: Math.ceil(characters * (measured ?? 1 / CHARACTERS_PER_TOKEN)), context: null, source: measured === null ? "guess" : "measured" });
  };
}
