import { z } from "zod";
import type { Sampling } from "@/lib/llm/chat";

/** The parameters that every prompting step has beside its own. */
export const samplingParams = {
  systemPrompt: z.string().max(100_000).meta({ field: { kind: "multiline" } }),
  temperature: z.number().min(0).max(2).nullable().meta({ field: { kind: "number" } }),
  topP: z.number().min(0).max(1).nullable().meta({ field: { kind: "number" }, advanced: true }),
  maxTokens: z.int().min(1).nullable().meta({ field: { kind: "integer" } }),
  stop: z.array(z.string().min(1)).max(8).meta({ field: { kind: "string-list" }, advanced: true }),
  seed: z.int().min(0).nullable().meta({ field: { kind: "integer" }, advanced: true }),
  batch: z.boolean().default(false).meta({ field: { kind: "switch" }, needs: "batch" }),
};

/** Parameters of these that do not change a reply. */
export const samplingExcludes = ["batch"] as const;

export interface SamplingValues {
  systemPrompt: string;
  temperature: number | null;
  topP: number | null;
  maxTokens: number | null;
  stop: string[];
  seed: number | null;
}

/** Near to DataDreamer's default for prompts (top_p 0): the likeliest reply, the same each time. */
export const steadySampling: SamplingValues = { systemPrompt: "", temperature: 0, topP: null, maxTokens: null, stop: [], seed: null };

/** DataDreamer's default for making data: temperature 1, top_p 1. */
export const variedSampling: SamplingValues = { ...steadySampling, temperature: 1, topP: 1 };

export function toSampling({ temperature, topP, maxTokens, stop, seed }: SamplingValues): Sampling {
  return { temperature, topP, maxTokens, stop, seed };
}
