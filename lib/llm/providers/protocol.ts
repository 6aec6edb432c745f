import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { ChatMessage, Sampling } from "../chat";
import type { Endpoint } from "../endpoint";
import type { HttpReply } from "../transport";

/** A provider's chat protocol: how a call is written and its reply read. One file each. */
export interface ChatProtocol {
  path: string;
  headers(endpoint: Endpoint): Record<string, string>;
  body(model: string, messages: ChatMessage[], sampling: Sampling): Record<string, unknown>;
  parse(reply: unknown): ParsedReply;
}

export interface ParsedReply {
  text: string;
  finishReason: string | null;
  promptTokens: number;
  completionTokens: number;
}

const errorBody = z.object({
  error: z.union([z.string(), z.object({ message: z.string().optional(), code: z.union([z.string(), z.number()]).nullish(), type: z.string().nullish() })]),
});

function readDetail(reply: HttpReply): { detail: string; code: string } {
  try {
    const { error } = errorBody.parse(JSON.parse(reply.text));
    if (typeof error === "string") return { detail: error.slice(0, 500), code: "" };
    return { detail: (error.message ?? "").slice(0, 500), code: String(error.code ?? error.type ?? "") };
  } catch {
    return { detail: reply.text.replace(/\s+/g, " ").trim().slice(0, 200) || "(no text)", code: "" };
  }
}

/** The error that an HTTP status stands for, with the provider's own words. */
export function describeStatus(reply: HttpReply, endpoint: Endpoint, model: string): AppError {
  const { status } = reply;
  const { detail, code } = readDetail(reply);
  const data = { connection: endpoint.name, status, detail, model };
  if (status === 401 || status === 403) return new AppError("model_key_refused", data);
  if (status === 404) return new AppError("model_not_found", data);
  if (status === 429) return new AppError("model_rate_limited", data);
  if (code === "context_length_exceeded" || (status === 400 && /context (length|window)|too many tokens|prompt is too long/i.test(detail))) {
    return new AppError("prompt_too_long", data);
  }
  if (status >= 500 || status === 408 || status === 409 || status === 425) return new AppError("model_server_error", data);
  return new AppError("model_request_refused", data);
}
