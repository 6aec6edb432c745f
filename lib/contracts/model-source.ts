import { z } from "zod";

/** Weights that prompts can be sent to or that a training starts from. */
export const localModelSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("builtin") }),
  z.strictObject({ kind: z.literal("trained"), id: z.string(), folder: z.string() }),
  z.strictObject({ kind: z.literal("hub"), id: z.string(), revision: z.string().nullable() }),
  z.strictObject({ kind: z.literal("folder"), path: z.string() }),
]);
export type LocalModelSource = z.infer<typeof localModelSource>;
