import { namedValues } from "@/lib/core/named-values";
import { z } from "zod";
import { column } from "@/lib/steps/_sdk/columns";

const callFacts = z.strictObject({
  /** US dollars a million tokens; null where it is not known, which is not free. */
  price: z.strictObject({ input: z.number(), cachedInput: z.number(), output: z.number() }).nullable(),
  /** Calls that may be under way at once, over all servers of a pool. */
  concurrency: z.int(),
  requestsPerMinute: z.int().nullable(),
  /** Means over its last calls, whatever they were for; null where it has made none. Latency is null where all went in batches. */
  past: z.strictObject({ calls: z.int(), promptTokens: z.number(), completionTokens: z.number(), latencyMs: z.number().nullable(), /** Of what was sent; null where the calls are too few to tell. */ tokensPerCharacter: z.number().nullable() }).nullable(),
});

/** What the planner is told of the world outside of the document. The browser gets it from `POST /api/v1/plan/known`. */
export const planKnown = z.strictObject({
  /** Results that are stored, by fingerprint. */
  results: z.record(
    z.string(),
    z.strictObject({
      /** Columns of each table, by output port. */
      columns: z.record(z.string(), z.array(column)),
      rows: z.record(z.string(), z.int()),
      rejected: z.int(),
      failed: z.int(),
      /** A training that was given up in a sweep: there is no model. */
      pruned: z.boolean(),
      createdAt: z.string(),
    }),
  ),
  /** Columns found by probes, by probe key; or why none were. */
  probes: z.record(
    z.string(),
    z.union([
      z.strictObject({ columns: z.array(column), rows: z.int().nullable() }),
      z.strictObject({ code: z.string(), message: z.string(), data: z.record(z.string(), z.unknown()) }),
    ]),
  ),
  /** What each model is, by `<connection>/<model>`; null where the connection or the weights are not here. */
  models: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
  /** Tokens of each model's longest reply, by `<connection>/<model>`, as far as a person or its maker says. */
  outputLimits: z.record(z.string(), z.int()),
  /** What each step was when it last finished in this workflow, by node id. */
  previous: z.record(z.string(), z.record(z.string(), z.unknown())),
  /** What a call of each model costs and takes, by `<connection>/<model>`. Only for the estimate. */
  calls: z.record(z.string(), callFacts),
  /** Mean length of the text in each column, in characters, by fingerprint and port: of results that feed a step still to run. Only for the estimate. */
  textLengths: z.record(z.string(), z.record(z.string(), namedValues(z.number()))),
});
export type PlanKnown = z.infer<typeof planKnown>;

export const nothingKnown: PlanKnown = { results: {}, probes: {}, models: {}, outputLimits: {}, previous: {}, calls: {}, textLengths: {} };
