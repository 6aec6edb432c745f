import { RE2JS, RE2JSException } from "re2js";
import { z } from "zod";
import type { Sampling } from "@/lib/llm/chat";

const logitBias = z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100));

/** The object in the text; empty for an empty text, null where it holds none. */
function readLogitBias(text: string): Record<string, number> | null {
  if (text.trim() === "") return {};
  try {
    return logitBias.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The object in the text; empty for an empty text, null where it holds none. */
function readFields(text: string): Record<string, unknown> | null {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isPattern(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch (error) {
    if (error instanceof RE2JSException) return false;
    throw error;
  }
}

/** The parameters that every prompting step has beside its own. */
export const samplingParams = {
  systemPrompt: z.string().max(100_000).meta({ field: { kind: "multiline" } }),
  temperature: z.number().min(0).max(2).nullable().meta({ field: { kind: "number" } }),
  topP: z.number().gt(0).max(1).nullable().meta({ field: { kind: "number" }, advanced: true }),
  maxTokens: z.int().min(1).nullable().meta({ field: { kind: "integer" } }),
  stop: z.array(z.string().min(1)).max(8).meta({ field: { kind: "string-list" }, advanced: true }),
  seed: z.int().min(0).nullable().meta({ field: { kind: "integer" }, advanced: true }),
  frequencyPenalty: z.number().min(-2).max(2).nullable().default(null).meta({ field: { kind: "number" }, advanced: true, needs: "penalties", addedLater: true }),
  presencePenalty: z.number().min(-2).max(2).nullable().default(null).meta({ field: { kind: "number" }, advanced: true, needs: "penalties", addedLater: true }),
  repetitionPenalty: z.number().min(0.1).max(10).nullable().default(null).meta({ field: { kind: "number" }, advanced: true, needs: "repetitionPenalty", addedLater: true }),
  logitBias: z.string().max(20_000).refine((text) => readLogitBias(text) !== null, "is no JSON object of token numbers and values from -100 to 100").default("").meta({ field: { kind: "multiline" }, advanced: true, needs: "logitBias", addedLater: true }),
  topK: z.int().min(1).nullable().default(null).meta({ field: { kind: "integer" }, advanced: true, needs: "topK", addedLater: true }),
  minP: z.number().gt(0).max(1).nullable().default(null).meta({ field: { kind: "number" }, advanced: true, needs: "minP", addedLater: true }),
  thinkFirst: z.enum(["on", "off"]).nullable().default(null).meta({ field: { kind: "select" }, advanced: true, needs: "thinkingSwitch", addedLater: true }),
  replyChoices: z.array(z.string().max(200).regex(/^\S(.*\S)?$/s)).max(100).default([]).meta({ field: { kind: "string-list" }, advanced: true, needs: "replyChoices", addedLater: true }),
  replyPattern: z.string().max(1000).refine(isPattern, "is no regular expression that can be read (RE2's syntax: nothing that looks ahead, behind or back)").default("").meta({ field: { kind: "text" }, advanced: true, needs: "replyPattern", addedLater: true }),
  requestFields: z.string().max(20_000).refine((text) => readFields(text) !== null, "is no JSON object").default("").meta({ field: { kind: "multiline" }, advanced: true, addedLater: true }),
  unfitValues: z.enum(["nearest", "stop"]).default("nearest").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
  overlong: z.enum(["send", "fail", "truncate"]).default("send").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
  truncatedColumn: z.string().min(1).max(200).nullable().default(null).meta({ field: { kind: "text" }, advanced: true, addedLater: true, visibleWhen: { param: "overlong", is: ["truncate"] } }),
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
  frequencyPenalty?: number | null;
  presencePenalty?: number | null;
  repetitionPenalty?: number | null;
  /** JSON, as typed. */
  logitBias?: string;
  topK?: number | null;
  minP?: number | null;
  thinkFirst?: "on" | "off" | null;
  replyChoices?: string[];
  replyPattern?: string;
  /** JSON, as typed. */
  requestFields?: string;
}

/** Near to DataDreamer's default for prompts (top_p 0): the likeliest reply, the same each time. */
export const steadySampling: SamplingValues = { systemPrompt: "", temperature: 0, topP: null, maxTokens: null, stop: [], seed: null };

/** DataDreamer's default for making data: temperature 1, top_p 1. */
export const variedSampling: SamplingValues = { ...steadySampling, temperature: 1, topP: 1 };

export function toSampling({ temperature, topP, maxTokens, stop, seed, frequencyPenalty = null, presencePenalty = null, repetitionPenalty = null, logitBias: bias = "", topK = null, minP = null, thinkFirst = null, replyChoices = [], replyPattern = "", requestFields = "" }: SamplingValues): Sampling {
  const fields = readFields(requestFields);
  return {
    temperature,
    topP,
    maxTokens,
    stop,
    seed,
    ...(frequencyPenalty !== null && { frequencyPenalty }),
    ...(presencePenalty !== null && { presencePenalty }),
    ...(repetitionPenalty !== null && { repetitionPenalty }),
    ...(bias.trim() !== "" && { logitBias: readLogitBias(bias) ?? {} }),
    ...(topK !== null && { topK }),
    ...(minP !== null && { minP }),
    ...(thinkFirst !== null && { thinkFirst: thinkFirst === "on" }),
    ...(replyChoices.length > 0 && { replyChoices: [...new Set(replyChoices)] }),
    ...(replyPattern !== "" && { replyPattern }),
    ...(fields && Object.keys(fields).length > 0 && { requestFields: fields }),
  };
}
