import { AppError, isAppError } from "@/lib/core/app-error";
import type { ChatMessage } from "@/lib/llm/chat";
import { openTokenCounter } from "@/lib/llm/count-tokens";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import { findContext } from "./model-context";
import type { WorkerResources } from "./resources";

const COUNT_TIMEOUT_MS = 120_000;
/** A count that is not exact may be out by so much: what is cut leaves that room. */
const ROOM_FOR_ERROR = 0.1;
/** Texts are cut again where a part of them has more tokens than its share. */
const MOST_CUTS = 8;

export interface ContextGuard {
  /** Throws `prompt_over_context` where prompt and longest reply do not fit. */
  check(messages: ChatMessage[], signal: AbortSignal): Promise<void>;
  /** Does `work` with the row; where that is too long, with its longest text cut from its end, and says how many characters went. */
  cut<Result>(row: Record<string, unknown>, work: (row: Record<string, unknown>) => Promise<Result>): Promise<{ result: Result; cut: number }>;
}

/**
 * Keeps prompts within what the model takes, before they are sent. With `fail`, a row fails only by an exact count; else its
 * server, which knows, refuses it. With `truncate`, a count that is a guess leaves some room.
 */
export async function openContextGuard(resources: WorkerResources, { model, maxTokens, overlong }: { model: ResolvedModel; maxTokens: number | null; overlong: "fail" | "truncate" }): Promise<ContextGuard> {
  const count = await openTokenCounter(resources.database.pool, model);
  const known = model.endpoint.isOwnServer ? null : await findContext(resources, model);
  return {
    async check(messages, signal) {
      const { tokens, context, source } = await count(messages, { timeoutMs: COUNT_TIMEOUT_MS, signal });
      const limit = context ?? known;
      if (limit === null) return;
      const isExact = source === "server" || source === "tokenizer";
      if (!isExact && overlong === "fail") return;
      const room = Math.floor(limit * (isExact ? 1 : 1 - ROOM_FOR_ERROR)) - Math.max(1, maxTokens ?? 1);
      if (tokens > room) throw new AppError("prompt_over_context", { model: model.model, tokens, limit, reply: maxTokens ?? 1, room: Math.max(0, room) });
    },
    async cut(row, work) {
      let cut = 0;
      for (let tried = 0, now = row; ; tried += 1) {
        try {
          return { result: await work(now), cut };
        } catch (error) {
          if (overlong !== "truncate" || !isAppError(error) || error.code !== "prompt_over_context" || tried >= MOST_CUTS) throw error;
          const shorter = shorten(now, Number(error.data["tokens"]), Number(error.data["room"]));
          if (!shorter) throw error;
          cut += shorter.cut;
          now = shorter.row;
        }
      }
    },
  };
}

/** The row with its longest text shortened by what is too much, as if its tokens were alike; null where there is none to cut. */
function shorten(row: Record<string, unknown>, tokens: number, room: number): { row: Record<string, unknown>; cut: number } | null {
  const texts = Object.entries(row).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "");
  const [name, text] = texts.sort((a, b) => b[1].length - a[1].length)[0] ?? [];
  if (name === undefined || text === undefined) return null;
  const length = texts.reduce((sum, [, one]) => sum + one.length, 0);
  const excess = Math.max(1, Math.ceil(((tokens - room) / Math.max(1, tokens)) * length));
  let kept = Math.max(0, text.length - excess);
  // Not within a character of two halves.
  if (/[\uD800-\uDBFF]/.test(text.charAt(kept - 1))) kept -= 1;
  return { row: { ...row, [name]: text.slice(0, kept) }, cut: text.length - kept };
}
