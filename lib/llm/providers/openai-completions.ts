import { z } from "zod";
import { splitThinking, textOf } from "./message-parts";
import { openAiChat, writePenalties } from "./openai-chat";
import { tokens, type ChatProtocol } from "./protocol";

const replyShape = z.object({
  choices: z.array(z.object({ text: z.string().nullish(), finish_reason: z.string().nullish() })),
  usage: z
    .object({ prompt_tokens: tokens, completion_tokens: tokens, prompt_tokens_details: z.object({ cached_tokens: tokens }).nullish().catch(null) })
    .nullish()
    .catch(null),
});

/**
 * OpenAI's older completions, which vLLM, TGI and llama.cpp speak: the text goes to the model as it is, without a chat template.
 * For base models, which know none. What a system prompt says stands before the prompt, a blank line between.
 */
export const openAiCompletions: ChatProtocol = {
  chatPath: () => "/completions",
  body({ target, messages, sampling }) {
    return {
      model: target.model,
      prompt: messages.map(textOf).join("\n\n"),
      ...(sampling.temperature !== null && { temperature: sampling.temperature }),
      ...(sampling.topP !== null && { top_p: sampling.topP }),
      ...(sampling.maxTokens !== null && { max_tokens: sampling.maxTokens }),
      ...(sampling.stop.length > 0 && { stop: sampling.stop }),
      ...(sampling.seed !== null && { seed: sampling.seed }),
      ...writePenalties(sampling),
      ...(sampling.repetitionPenalty !== undefined && { repetition_penalty: sampling.repetitionPenalty }),
      ...(sampling.logitBias && { logit_bias: sampling.logitBias }),
      ...(sampling.topK !== undefined && { top_k: sampling.topK }),
      ...(sampling.minP !== undefined && { min_p: sampling.minP }),
    };
  },
  parse(reply) {
    const { choices, usage } = replyShape.parse(reply);
    const said = splitThinking(choices[0]?.text ?? "");
    return {
      ...said,
      toolCalls: [],
      finishReason: choices[0]?.finish_reason || null,
      refusal: null,
      promptTokens: usage?.prompt_tokens ?? 0,
      completionTokens: usage?.completion_tokens ?? 0,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      reasoningTokens: 0,
    };
  },
  refusable: { temperature: null, top_p: null, stop: null, seed: null },
  embedding: openAiChat.embedding,
  listing: openAiChat.listing,
};
