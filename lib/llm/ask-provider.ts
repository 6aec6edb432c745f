import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { ModelTarget } from "./endpoint";
import { describeStatus } from "./providers/describe-status";
import { parseBody } from "./read-json";
import { sendTo, type CallLimits, type Message } from "./send-to";
import type { HttpReply } from "./transport";

/** The JSON of a reply. Throws what its status stands for, or `model_reply_invalid`. */
export function readJson<Value>(target: ModelTarget, reply: HttpReply, shape: z.ZodType<Value>): Value {
  if (reply.status >= 300) throw describeStatus(reply, target);
  try {
    return shape.parse(parseBody(reply.text, target.endpoint.name));
  } catch (error) {
    if (error instanceof AppError) throw error;
    const detail = error instanceof z.ZodError ? z.prettifyError(error).slice(0, 500) : `“${reply.text.slice(0, 120)}”`;
    throw new AppError("model_reply_invalid", { connection: target.endpoint.name, detail }, { cause: error });
  }
}

/** One request to a provider, and its JSON. */
export async function askProvider<Value>(target: ModelTarget, message: Message, shape: z.ZodType<Value>, limits: CallLimits): Promise<Value> {
  return readJson(target, await sendTo(target, message, limits), shape);
}

/** Deletes at the provider. What is gone already is no error. */
export async function deleteAt(target: ModelTarget, address: string, limits: CallLimits): Promise<void> {
  const reply = await sendTo(target, { method: "DELETE", address }, limits);
  if (reply.status >= 300 && reply.status !== 404) throw describeStatus(reply, target);
}
