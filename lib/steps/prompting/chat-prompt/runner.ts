import { findTools, readConversation, writeConversation } from "../../_sdk/conversation";
import { findPlaceholders } from "../../_sdk/param-fields";
import { cellText, fillPrompt } from "../../_sdk/prompting";
import { readToolsIfAny } from "../../_sdk/read-tools";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ conversationColumn, offerTools, toolsColumn, turns }) => [...new Set([...[conversationColumn, offerTools ? toolsColumn : null].flatMap((name) => name ?? []), ...turns.flatMap(findPlaceholders)])],
  newColumns: ({ messagesColumn, replyColumn }) => [
    { name: messagesColumn, type: "messages" },
    { name: replyColumn, type: "text" },
  ],
  model: ({ model }) => model,
  sampling: toSampling,
  async processRow(row, context) {
    const { params } = context;
    const cell = params.conversationColumn === null ? null : cellText(row, params.conversationColumn);
    const messages = cell === null ? [] : readConversation(cell, params.conversationColumn ?? "");
    const tools = params.offerTools ? (readToolsIfAny(params.toolsColumn === null ? null : row[params.toolsColumn]) ?? readToolsIfAny(cell === null ? null : findTools(cell))) : undefined;
    if (params.systemPrompt !== "" && messages[0]?.role !== "system") messages.unshift({ role: "system", content: params.systemPrompt });
    // Without a turn of its own the step answers what the conversation ends with.
    const turns = params.turns.length > 0 ? params.turns.map((turn) => fillPrompt(turn, row)) : [null];
    let last: Awaited<ReturnType<typeof context.complete>> | null = null;
    for (const turn of turns) {
      if (turn !== null) messages.push({ role: "user", content: turn });
      last = await context.complete([...messages], 0, tools && { tools });
      const { toolCalls } = last;
      messages.push({ role: "assistant", content: last.text.trim(), ...(toolCalls.length > 0 && { toolCalls }) });
      // What a tool gives comes from outside: no further turn can be said before it is there.
      if (toolCalls.length > 0) break;
    }
    const reply = last?.text.trim() ?? "";
    return { rows: [{ values: { [params.messagesColumn]: writeConversation(messages), [params.replyColumn]: reply }, call: last?.record ?? null }] };
  },
};
