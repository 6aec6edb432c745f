import { readConversation, writeConversation } from "../../_sdk/conversation";
import { findPlaceholders } from "../../_sdk/param-fields";
import { cellText, fillPrompt } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ conversationColumn, turns }) => [...new Set([...(conversationColumn === null ? [] : [conversationColumn]), ...turns.flatMap(findPlaceholders)])],
  newColumns: ({ messagesColumn, replyColumn }) => [
    { name: messagesColumn, type: "messages" },
    { name: replyColumn, type: "text" },
  ],
  model: ({ model }) => model,
  sampling: toSampling,
  async processRow(row, context) {
    const { params } = context;
    const messages = params.conversationColumn === null ? [] : readConversation(cellText(row, params.conversationColumn), params.conversationColumn);
    if (params.systemPrompt !== "" && messages[0]?.role !== "system") messages.unshift({ role: "system", content: params.systemPrompt });
    // Without a turn of its own the step answers what the conversation ends with.
    const turns = params.turns.length > 0 ? params.turns.map((turn) => fillPrompt(turn, row)) : [null];
    let last: Awaited<ReturnType<typeof context.complete>> | null = null;
    for (const turn of turns) {
      if (turn !== null) messages.push({ role: "user", content: turn });
      last = await context.complete([...messages], 0);
      messages.push({ role: "assistant", content: last.text.trim() });
    }
    const reply = last?.text.trim() ?? "";
    return { rows: [{ values: { [params.messagesColumn]: writeConversation(messages), [params.replyColumn]: reply }, call: last?.record ?? null }] };
  },
};
