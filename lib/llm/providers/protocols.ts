import { providerEntry, type Protocol } from "@/lib/contracts/providers";
import type { Endpoint } from "../endpoint";
import { anthropicMessages } from "./anthropic-messages";
import { bedrockConverse } from "./bedrock-converse";
import { cohereChat } from "./cohere-chat";
import { googleGenerate } from "./google-generate";
import { openAiChat } from "./openai-chat";
import { openAiCompletions } from "./openai-completions";
import { openAiResponses } from "./openai-responses";
import type { ChatProtocol } from "./protocol";

const protocols: Record<Protocol, ChatProtocol> = {
  "openai-chat": openAiChat,
  "openai-completions": openAiCompletions,
  "openai-responses": openAiResponses,
  "anthropic-messages": anthropicMessages,
  "google-generate": googleGenerate,
  "cohere-chat": cohereChat,
  "bedrock-converse": bedrockConverse,
};

export function protocolOf(endpoint: Endpoint): ChatProtocol {
  return protocols[providerEntry(endpoint.provider).protocol];
}
