import { z } from "zod";

/**
 * Every queue: what its jobs carry (ids only; truth is in Postgres), and how they are held. A lost job is made again by
 * the reconciler, so a job is tried once and kept nowhere.
 */
export const queueCatalogue = {
  /** One chunk of a step, for a worker. */
  chunks: {
    payload: z.strictObject({ chunkId: z.string() }),
    /** Milliseconds BullMQ waits for a sign of life; our own leases are shorter and decide. */
    lockDuration: 60_000,
  },
  /** One training, for the Python trainer. */
  trainer: {
    payload: z.strictObject({ trainingId: z.string() }),
    lockDuration: 60_000,
  },
} as const satisfies Record<string, { payload: z.ZodType; lockDuration: number }>;

export type QueueName = keyof typeof queueCatalogue;
export type QueuePayload<Name extends QueueName> = z.infer<(typeof queueCatalogue)[Name]["payload"]>;
