import type { Provider } from "@/lib/contracts/models";
import { anthropicMessages } from "./anthropic-messages";
import { openAiChat } from "./openai-chat";
import type { ChatProtocol } from "./protocol";

export const protocols: Record<Provider, ChatProtocol> = {
  // OpenAI's newer models refuse `max_tokens`; most servers that copy the API know only that.
  openai: openAiChat({ maxTokensName: "max_completion_tokens" }),
  "openai-compatible": openAiChat({ maxTokensName: "max_tokens" }),
  anthropic: anthropicMessages,
};
