import { z } from "zod";

/** How a model is written for other programs, by `trainer/src/trainer/exporting`. */
export const exportFormats = ["merged", "onnx", "gguf"] as const;
/** `auto` is the precision that the model's configuration names. ONNX is always in single precision. */
export const exportPrecisions = ["auto", "float32", "float16", "bfloat16"] as const;

export interface ExportSettings {
  format: (typeof exportFormats)[number];
  precision: (typeof exportPrecisions)[number];
}

/** What the trainer answers. */
export const exportReply = z.object({ files: z.array(z.string()) });
export const exportRefusal = z.object({ error: z.object({ code: z.string().nullish(), message: z.string() }) });
