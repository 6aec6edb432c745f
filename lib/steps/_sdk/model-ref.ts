import { z } from "zod";

/** The connection of every model that the trainer process serves: built-in, trained here, Hub id or folder. */
export const LOCAL_CONNECTION = "local";

/**
 * A model that prompts can be sent to: a connection and the model's name there.
 * Local names: `builtin`, `trained:<model id>`, `hub:<id>[@<revision>]`, `folder:<path>`, `gguf:<path>`, with options of loading
 * behind a question mark (trainer/README.md).
 */
export const modelRef = z.strictObject({ connection: z.string().min(1), model: z.string().min(1) });
export type ModelRef = z.infer<typeof modelRef>;

export function isModelRef(value: unknown): value is ModelRef {
  return modelRef.safeParse(value).success;
}

export const builtinModel: ModelRef = { connection: LOCAL_CONNECTION, model: "builtin" };
