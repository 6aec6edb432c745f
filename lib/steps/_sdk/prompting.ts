import { valueNamed } from "@/lib/core/named-values";
import { AppError } from "@/lib/core/app-error";
import type { CallExtras, ChatMessage } from "@/lib/llm/chat";
import type { Column } from "./columns";
import type { RowContext, RowOutcome } from "./step-runner";

/** Columns that a prompting step adds. */
export interface ReplyColumns {
  promptColumn: string;
  replyColumn: string;
}

/** What else of a reply becomes a column, by the column's name. */
export interface ReplyExtras {
  /** What the model thought before its answer. */
  thinkingColumn?: string | null;
  /** Tools it calls: [{id, name, arguments}]. */
  toolCallsColumn?: string | null;
  /** How many examples or documents the prompt showed, at most. */
  shownColumn?: string | null;
}

export function replyColumns({ promptColumn, replyColumn, thinkingColumn, toolCallsColumn, shownColumn }: ReplyColumns & ReplyExtras): Column[] {
  return [
    { name: promptColumn, type: "text" },
    { name: replyColumn, type: "text" },
    ...(thinkingColumn ? [{ name: thinkingColumn, type: "text" } as const] : []),
    ...(toolCallsColumn ? [{ name: toolCallsColumn, type: "list" } as const] : []),
    ...(shownColumn ? [{ name: shownColumn, type: "integer" } as const] : []),
  ];
}

/**
 * Fills the `{column}` places of a prompt with a row's values, in one pass, so that braces within a value stay as they are.
 * Doubled braces are plain ones. An empty cell throws `row_value_null`: a prompt with a hole is worse than a failed row.
 */
export function fillPrompt(template: string, row: Record<string, unknown>): string {
  return template.replace(/\{\{|\}\}|\{([^{}\n]+)\}/g, (match: string, name: string | undefined) => {
    if (match === "{{") return "{";
    if (match === "}}") return "}";
    return cellText(row, name ?? "");
  });
}

/** A cell as the text that goes into a prompt. Throws `row_value_null`. */
export function cellText(row: Record<string, unknown>, column: string): string {
  const value = valueNamed(row, column);
  if (value === null || value === undefined) throw new AppError("row_value_null", { column });
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** DataDreamer's label before a text; an empty label goes with its space. */
export function withLabel(label: string, text: string): string {
  return label === "" ? text : `${label} ${text}`;
}

export function toMessages(systemPrompt: string, prompt: string): ChatMessage[] {
  const user: ChatMessage = { role: "user", content: prompt };
  return systemPrompt === "" ? [user] : [{ role: "system", content: systemPrompt }, user];
}

interface PromptOptions extends ReplyColumns, ReplyExtras {
  systemPrompt: string;
  samples: number;
  firstSample?: number;
  /** Addresses of images that go with the prompt, `data:` or https. */
  images?: readonly string[];
  extras?: CallExtras;
  /** For `shownColumn`. */
  shown?: number;
}

/** Sends a prompt `samples` times and gives a row for each reply, the reply stripped as DataDreamer does. */
export async function promptRow(prompt: string, options: PromptOptions, context: Pick<RowContext<unknown>, "complete">): Promise<RowOutcome> {
  const messages = toMessages(options.systemPrompt, prompt);
  const images = (options.images ?? []).map((url) => ({ type: "image", url }) as const);
  const last = messages.at(-1);
  if (last && images.length > 0) last.content = [{ type: "text", text: prompt }, ...images];
  const first = options.firstSample ?? 0;
  const completions = await Promise.all(Array.from({ length: options.samples }, (_, index) => context.complete(messages, first + index, options.extras)));
  const { thinkingColumn, toolCallsColumn, shownColumn, shown } = options;
  return {
    rows: completions.map(({ text, thinking, toolCalls, record }) => ({
      values: {
        [options.promptColumn]: prompt,
        [options.replyColumn]: text.trim(),
        ...(thinkingColumn ? { [thinkingColumn]: thinking } : {}),
        ...(toolCallsColumn ? { [toolCallsColumn]: toolCalls } : {}),
        ...(shownColumn ? { [shownColumn]: shown ?? null } : {}),
      },
      call: record,
    })),
  };
}
