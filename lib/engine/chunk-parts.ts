import { z } from "zod";
import { column } from "@/lib/steps/_sdk/columns";
import { stepNote } from "@/lib/contracts/step-note";
import { modelRef } from "@/lib/steps/_sdk/model-ref";

const part = z.object({ file: z.string(), rows: z.number(), bytes: z.number() });

/** What a chunk committed. Stored as `chunk.parts`; a step's outputs are made of its chunks' in order. */
export const chunkParts = z.object({
  tables: z.record(z.string(), z.object({ columns: z.array(column), part })),
  models: z.record(z.string(), z.object({ ref: modelRef, identity: z.record(z.string(), z.unknown()) })),
  /** Null where every row came out. */
  issues: part.nullable(),
  rejected: z.number(),
  failed: z.number(),
  /** Why the first failed row did, to say it where all rows fail. */
  firstFailure: z.object({ code: z.string(), data: z.record(z.string(), z.unknown()) }).nullable(),
  files: z.array(z.object({ name: z.string(), file: z.string(), bytes: z.number() })),
  /** A training that was given up in a sweep: there is no model. */
  pruned: z.boolean().default(false),
  /** What the step decided by itself. */
  notes: z.array(stepNote).default([]),
});
export type ChunkParts = z.infer<typeof chunkParts>;

export function noParts(): ChunkParts {
  return { tables: {}, models: {}, issues: null, rejected: 0, failed: 0, firstFailure: null, files: [], pruned: false, notes: [] };
}
