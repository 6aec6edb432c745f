import { z } from "zod";
import type { TrainingRequest } from "@/lib/contracts/trainer";

const chats = { visibleWhen: { param: "format", is: ["chat", "instruction"] } };

/** How a trainer writes prompts and answers for the model. Their words are in `training-words.en.json`. */
export const promptFormatParams = {
  format: z.enum(["completion", "chat", "instruction"]).meta({ field: { kind: "select" } }),
  systemPrompt: z.string().max(100_000).meta({ field: { kind: "multiline" }, ...chats }),
  chatTemplate: z.string().max(100_000).default("").meta({ field: { kind: "multiline" }, advanced: true, visibleWhen: { param: "format", is: ["chat"] } }),
  toolsColumn: z.string().nullable().default(null).meta({ field: { kind: "column", port: "train" }, advanced: true, addedLater: true }),
};

type PromptFormatValues = z.infer<z.ZodObject<typeof promptFormatParams>>;

export const promptFormatDefaults: PromptFormatValues = { format: "completion", systemPrompt: "", chatTemplate: "", toolsColumn: null };

/** Alpaca's layout (https://github.com/tatsu-lab/stanford_alpaca), as a chat template. */
const INSTRUCTION_TEMPLATE =
  "{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}" +
  "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}" +
  "{% else %}{{ '### Response:\\n' + message['content'] + eos_token }}{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}";

type PromptFormat = Pick<Extract<TrainingRequest, { format: unknown }>, "format" | "systemPrompt" | "chatTemplate" | "tools">;

export function toPromptFormat({ format, systemPrompt, chatTemplate, toolsColumn: tools }: PromptFormatValues): PromptFormat {
  if (format === "completion") return { format, systemPrompt: null, chatTemplate: null, tools };
  const own = chatTemplate === "" ? null : chatTemplate;
  return { format: "chat", systemPrompt: systemPrompt === "" ? null : systemPrompt, chatTemplate: format === "instruction" ? INSTRUCTION_TEMPLATE : own, tools };
}
