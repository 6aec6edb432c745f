import type { PlanKnown } from "../plan-known";
import { BATCH_SHARE } from "@/lib/contracts/prices";
import { CHARACTERS_PER_TOKEN, type TextSize } from "./prompt-size";

export type CallFacts = PlanKnown["calls"][string];

/** What the calls of one step take. Null where nothing is known; a lower bound where a part is. */
export interface CallsEstimate {
  /** Of one call. */
  promptTokens: number;
  /** Null where neither a past call nor a limit tells. */
  completionTokens: number | null;
  /** US dollars; null without a price. */
  dollars: number | null;
  seconds: number | null;
  isDollarsWhole: boolean;
  /** By what past calls took for their characters; else at four characters a token. */
  isMeasured: boolean;
}

interface CallsToCost {
  calls: number;
  prompt: TextSize;
  /** Of the step; null for the model's own. */
  maxTokens: number | null;
  /** False for embeddings. */
  hasReply: boolean;
  /** Handed over together, at a part of the price; when they are answered is for the provider to choose. */
  isBatch: boolean;
  /** Undefined while the server has not said. */
  facts: CallFacts | undefined;
}

function countCompletion({ maxTokens, hasReply, facts }: CallsToCost): number | null {
  if (!hasReply) return 0;
  const past = facts?.past?.completionTokens ?? null;
  if (past === null) return maxTokens;
  return maxTokens === null ? past : Math.min(past, maxTokens);
}

/** Calls go in waves as wide as the connection allows, and no faster than its requests a minute. */
function countSeconds(calls: number, facts: CallFacts | undefined): number | null {
  if (!facts?.past || facts.past.latencyMs === null) return null;
  const waves = Math.max(1, calls / facts.concurrency);
  const paced = facts.requestsPerMinute === null ? 0 : (calls / facts.requestsPerMinute) * 60;
  return calls === 0 ? 0 : Math.max((waves * facts.past.latencyMs) / 1000, paced);
}

export function costCalls(options: CallsToCost): CallsEstimate {
  const { calls, prompt, facts } = options;
  const measured = facts?.past?.tokensPerCharacter ?? null;
  const promptTokens = Math.ceil(prompt.characters * (measured ?? 1 / CHARACTERS_PER_TOKEN));
  const completionTokens = countCompletion(options);
  const price = facts?.price ?? null;
  const isFree = price !== null && price.input === 0 && price.output === 0;
  const dollars = price && ((options.isBatch ? BATCH_SHARE : 1) * calls * (promptTokens * price.input + (completionTokens ?? 0) * price.output)) / 1_000_000;
  const isCounted = prompt.isWhole && completionTokens !== null;
  return { promptTokens, completionTokens, dollars, seconds: options.isBatch ? null : countSeconds(calls, facts), isDollarsWhole: dollars !== null && (isFree || isCounted), isMeasured: measured !== null };
}
