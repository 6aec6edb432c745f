import type { Pool } from "pg";
import { z } from "zod";
import { makeClassificationKey } from "./call-key";
import type { CallStore } from "./call-store";
import { callClassification, classificationBatch } from "./provider-call";
import type { ClassificationOptions, LabelScores } from "./providers/protocol";
import type { TextTask } from "./text-caller";

const FIND = "SELECT key, reply FROM call_cache WHERE key = ANY($1)";
const scores = z.record(z.string(), z.number());

/** Label scores of texts, kept among the other calls: a text's scores are the reply. */
export function classificationTask(pool: Pool, store: CallStore): TextTask<ClassificationOptions, LabelScores> {
  return {
    batch: classificationBatch,
    key: ({ identity }, options, text) => makeClassificationKey(identity, options, text),
    async find(keys) {
      const { rows } = await pool.query<{ key: Buffer; reply: string }>({ name: "classification-lookup", text: FIND, values: [keys] });
      return rows.map(({ key, reply }) => ({ key, value: scores.parse(JSON.parse(reply)) }));
    },
    async send(target, options, texts, limits) {
      const { scores: values, tokens } = await callClassification({ target, texts, ...options }, limits);
      return { values, tokens };
    },
    async store({ target, options, keys, texts, values, tokens, attempts, latencyMs }) {
      const promptTokens = Math.round(tokens / texts.length);
      const plain = { changed: [], thinking: null, toolCalls: [], finishReason: null, promptTokens, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0, latencyMs };
      const keep = (key: Buffer, place: number): Promise<void> =>
        store.store({
          keys: { key, openKey: null, maxTokens: null },
          reply: { ...plain, text: JSON.stringify(values[place]) },
          model: target.model,
          request: { input: texts[place], ...options },
          attempts,
        });
      await Promise.all(keys.map(keep));
    },
  };
}
