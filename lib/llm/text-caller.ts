import { isAppError } from "@/lib/core/app-error";
import { canonicalJson } from "@/lib/core/canonical-json";
import { retryWhileAway } from "@/lib/core/transient-error";
import type { RunCall } from "./call-runner";
import type { ModelTarget, ResolvedModel } from "./endpoint";
import type { CallLimits } from "./send-to";

const CHARACTERS_PER_TOKEN = 4;
const STORED_AT_ONCE = 500;

/** Errors that one text may cause for those sent with it. */
const OF_ONE_TEXT = new Set(["prompt_too_long", "model_request_refused", "model_content_filtered"]);

/** What a model is asked about texts, each by itself. */
export interface TextTask<Options extends object, Value> {
  /** Texts in one request at most; throws where the model's server cannot do it. */
  batch: (model: ResolvedModel) => number;
  /** Key of one text's value in the cache. */
  key: (model: ResolvedModel, options: Options, text: string) => Buffer;
  find: (keys: Buffer[]) => Promise<{ key: Buffer; value: Value }[]>;
  send: (target: ModelTarget, options: Options, texts: string[], limits: CallLimits) => Promise<{ values: Value[]; tokens: number }>;
  store: (made: { target: ModelTarget; options: Options; keys: Buffer[]; texts: string[]; values: Value[]; tokens: number; attempts: number; latencyMs: number }) => Promise<void>;
}

export interface TextCall<Options> {
  model: ResolvedModel;
  texts: string[];
  options: Options;
  signal: AbortSignal;
  /** As that of a chat call. */
  startSignal?: AbortSignal | undefined;
}

export interface TextAnswers<Value> {
  /** In the order of the texts. */
  values: Value[];
  /** Texts whose values were stored. */
  cached: number;
  promptTokens: number;
  /** Millionths of a US dollar. */
  costMicros: number;
}

interface Made<Value> {
  value: Value;
  cached: boolean;
  tokens: number;
  costMicros: number;
}

interface Waiting<Value> {
  text: string;
  key: Buffer;
  resolve: (made: Made<Value>) => void;
  reject: (error: unknown) => void;
}

/** Texts asked for in one turn that may share a request. */
interface Group<Options, Value> {
  call: Omit<TextCall<Options>, "texts">;
  optionsText: string;
  waiting: Waiting<Value>[];
}

function cut<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/**
 * Asks a model about texts: each is cached by itself, and what is asked for in one turn, by rows that know nothing of each
 * other, goes in requests as large as the server takes. A text that is refused fails alone.
 */
export function createTextCaller<Options extends object, Value>(task: TextTask<Options, Value>, { runCall, timeoutMs }: { runCall: RunCall; timeoutMs: number }): (call: TextCall<Options>) => Promise<TextAnswers<Value>> {
  type Call = Group<Options, Value>["call"];
  let groups: Group<Options, Value>[] = [];

  async function findStored(waiting: Waiting<Value>[]): Promise<Waiting<Value>[]> {
    const missing: Waiting<Value>[] = [];
    for (const some of cut(waiting, STORED_AT_ONCE)) {
      const rows = await retryWhileAway(() => task.find(some.map(({ key }) => key)));
      const found = new Map(rows.map((row) => [row.key.toString("hex"), row]));
      for (const one of some) {
        const row = found.get(one.key.toString("hex"));
        if (row) one.resolve({ value: row.value, cached: true, tokens: 0, costMicros: 0 });
        else missing.push(one);
      }
    }
    return missing;
  }

  async function askTogether({ model, options, signal, startSignal }: Call, batch: { key: Buffer; text: string }[]): Promise<Made<Value>[]> {
    const texts = batch.map(({ text }) => text);
    const estimate = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN);
    let sentAt = 0;
    const send = (target: ModelTarget) => {
      sentAt = performance.now();
      return task.send(target, options, texts, { timeoutMs, signal });
    };
    const made = await runCall({ model, tokens: estimate, signal, startSignal, send });
    const latencyMs = Math.round(performance.now() - sentAt);
    try {
      const { answer, target, attempts } = made;
      const { values, tokens } = answer;
      await retryWhileAway(() => task.store({ target, options, keys: batch.map(({ key }) => key), texts, values, tokens, attempts, latencyMs }));
      const each = tokens / texts.length;
      const price = target.endpoint.prices.get(target.model)?.input ?? 0;
      return values.map((value) => ({ value, cached: false, tokens: each, costMicros: each * price }));
    } finally {
      made.leave();
    }
  }

  async function serve(call: Call, sameText: Waiting<Value>[][]): Promise<void> {
    try {
      const made = await askTogether(call, sameText.flatMap(([first]) => first ?? []));
      sameText.forEach((waiting, place) => {
        const own = made[place];
        // Of those that asked for the same text, the first pays.
        if (own) waiting.forEach(({ resolve }, index) => resolve(index === 0 ? own : { ...own, cached: true, tokens: 0, costMicros: 0 }));
      });
    } catch (error) {
      if (sameText.length > 1 && isAppError(error) && OF_ONE_TEXT.has(error.code)) {
        const half = Math.ceil(sameText.length / 2);
        await Promise.all([serve(call, sameText.slice(0, half)), serve(call, sameText.slice(half))]);
        return;
      }
      for (const { reject } of sameText.flat()) reject(error);
    }
  }

  async function flush({ call, waiting }: Group<Options, Value>): Promise<void> {
    try {
      const missing = await findStored(waiting);
      const byText = new Map<string, Waiting<Value>[]>();
      for (const one of missing) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
      await Promise.all(cut([...byText.values()], task.batch(call.model)).map((batch) => serve(call, batch)));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  function findGroup(call: Call): Group<Options, Value> {
    const optionsText = canonicalJson(call.options);
    const found = groups.find((group) => group.call.model === call.model && group.call.signal === call.signal && group.optionsText === optionsText);
    if (found) return found;
    const group = { call, optionsText, waiting: [] };
    groups.push(group);
    if (groups.length === 1) {
      setImmediate(() => {
        const ready = groups;
        groups = [];
        for (const one of ready) void flush(one);
      });
    }
    return group;
  }

  return async ({ texts, ...call }) => {
    const { waiting } = findGroup(call);
    const made = await Promise.all(
      texts.map((text) => new Promise<Made<Value>>((resolve, reject) => void waiting.push({ text, key: task.key(call.model, call.options, text), resolve, reject }))),
    );
    return {
      values: made.map(({ value }) => value),
      cached: made.filter(({ cached }) => cached).length,
      promptTokens: Math.round(made.reduce((sum, { tokens }) => sum + tokens, 0)),
      costMicros: Math.round(made.reduce((sum, { costMicros }) => sum + costMicros, 0)),
    };
  };
}
