import { AppError } from "@/lib/core/app-error";
import type { Completion } from "@/lib/llm/chat";
import { layOutInstruction } from "./instruction-layout";
import { readLayout, type ChosenLayout } from "./layout";
import { cellText, toMessages } from "./prompting";
import { makeReader, type ReplyParser } from "./replies/read-found";
import type { RowContext, RowOutcome } from "./step-runner";

/** Characters of a reply that are shown where it could not be read. */
export const SHOWN = 500;

/** What is made once for all rows of a step that reads something out of its replies. */
export interface PreparedAsking {
  layout: ChosenLayout;
  /** Null for the built-in way. */
  read: ReturnType<typeof makeReader>;
}

export function prepareAsking({ params }: { params: ReplyParser & { layout: string | null } }): Promise<PreparedAsking> {
  return Promise.resolve({ layout: readLayout(params), read: makeReader(params) });
}

interface AskingValues {
  systemPrompt: string;
  column: string;
  instruction: string;
  inputLabel: string;
  instructionLabel: string;
  separator: string;
}

export interface Asked {
  prompt: string;
  /** As received. */
  text: string;
  call: Completion["record"];
}

/** Shows the model a cell with the instruction. */
export async function askAboutRow(row: Record<string, unknown>, { params, prepared, complete }: RowContext<AskingValues, PreparedAsking>): Promise<Asked> {
  const prompt = layOutInstruction(cellText(row, params.column), params, prepared.layout);
  const { text, record } = await complete(toMessages(params.systemPrompt, prompt), 0);
  return { prompt, text, call: record };
}

/** What becomes of a row whose reply does not say what was asked, where it does not go on. Throws `reply_unparseable` where it is to fail. */
export function refuseReply(policy: "reject" | "fail", wanted: string, { text, call }: { text: string; call: Asked["call"] | null }): RowOutcome {
  const data = { wanted, reply: text.trim().slice(0, SHOWN) };
  if (policy === "fail") throw new AppError("reply_unparseable", data);
  return { rejected: { code: "reply_unparseable", data }, call };
}
