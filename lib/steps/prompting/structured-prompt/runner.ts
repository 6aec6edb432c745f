import { valueNamed } from "@/lib/core/named-values";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { ChatMessage, Completion, JsonSchema } from "@/lib/llm/chat";
import { findPlaceholders } from "../../_sdk/param-fields";
import { fillPrompt, replyColumns, toMessages } from "../../_sdk/prompting";
import { findJson } from "../../_sdk/replies/parse-json-reply";
import { dropThinking } from "../../_sdk/replies/plain-reply";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner, RowContext } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { readSchemaOrThrow, type ReplySchema } from "./reply-schema";

const SHOWN = 500;

const askForJson = (schema: JsonSchema): string => `Answer with one JSON object of this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`;

/** As a part of what the model is told before the prompt, which every provider takes. */
function tellSchema(messages: ChatMessage[], schema: JsonSchema): ChatMessage[] {
  const [first, ...rest] = messages;
  if (first?.role === "system" && typeof first.content === "string") return [{ ...first, content: `${first.content}\n\n${askForJson(schema)}` }, ...rest];
  return [{ role: "system", content: askForJson(schema) }, ...messages];
}

/** The provider's own constrained mode where there is one; else the schema is a part of the conversation. */
async function ask(messages: ChatMessage[], schema: JsonSchema, context: Pick<RowContext<unknown>, "complete">): Promise<Completion> {
  try {
    return await context.complete(messages, 0, { responseSchema: { name: "reply", schema } });
  } catch (error) {
    if (!isAppError(error) || error.code !== "model_feature_missing") throw error;
    return context.complete(tellSchema(messages, schema), 0);
  }
}

/** The last JSON of a reply that fits: a model may number its sources, or think in JSON, before it answers. */
function check(reply: string, { validate }: ReplySchema): { value: Record<string, unknown> } | { fault: string } {
  const checked = findJson(dropThinking(reply))
    .reverse()
    .map(({ value }) => validate(value));
  // What is wrong is told of the last object, which was meant for the answer.
  return checked.find((one) => "value" in one) ?? checked[0] ?? { fault: "There is no whole JSON object in the answer." };
}

export const run: PreparedRunner<typeof definition, ReplySchema> = {
  kind: "rows",
  prepare: ({ params }) => Promise.resolve(readSchemaOrThrow(params)),
  readColumns: ({ prompt }) => findPlaceholders(prompt),
  newColumns: (params) => [...replyColumns(params), ...readSchemaOrThrow(params).columns],
  model: ({ model }) => model,
  sampling: toSampling,
  // Each correction goes on with the conversation: the answer, what is wrong with it, and the schema.
  async processRow(row, context) {
    const { params, prepared: wanted } = context;
    const prompt = fillPrompt(params.prompt, row);
    const messages = toMessages(params.systemPrompt, prompt);
    for (let corrected = 0; ; corrected += 1) {
      const { text, record } = await ask(messages, wanted.schema, context);
      const checked = check(text, wanted);
      if ("value" in checked) {
        const cells = Object.fromEntries(wanted.columns.map(({ name }) => [name, valueNamed(checked.value, name) ?? null]));
        return { rows: [{ values: { [params.promptColumn]: prompt, [params.replyColumn]: text.trim(), ...cells }, call: record }] };
      }
      if (corrected >= params.corrections) throw new AppError("reply_not_of_schema", { fault: checked.fault.slice(0, SHOWN), reply: text.trim().slice(0, SHOWN), corrections: params.corrections });
      messages.push({ role: "assistant", content: text }, { role: "user", content: `${checked.fault}\n\n${askForJson(wanted.schema)}` });
    }
  },
};
