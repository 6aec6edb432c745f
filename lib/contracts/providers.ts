/** How calls are written and replies are read: one file each in `lib/llm/providers`. */
export type Protocol = "openai-chat" | "openai-completions" | "openai-responses" | "anthropic-messages" | "google-generate" | "cohere-chat" | "bedrock-converse";

/** How a request proves who sends it. */
export type Authentication = "bearer" | "api-key" | "x-api-key" | "x-goog-api-key" | "google-service-account" | "aws";

export const secretFields = ["apiKey", "serviceAccount", "accessKeyId", "secretAccessKey", "sessionToken"] as const;
export type SecretField = (typeof secretFields)[number];

export const settingFields = ["resource", "apiVersion", "project", "location", "region"] as const;
export type SettingField = (typeof settingFields)[number];

/** What a provider's API takes; a model of it may take less, which its own refusal tells. */
export interface Capabilities {
  seed: boolean;
  stop: boolean;
  /** Several replies to one request. */
  n: boolean;
  system: boolean;
  jsonSchema: boolean;
  images: boolean;
  tools: boolean;
  embeddings: boolean;
  /** The amount of thinking can be asked for. */
  thinking: boolean;
  /** Calls can be handed over as a batch, to be answered within a day at half the price. */
  batch: boolean;
  /** A model of it can be tuned on rows, by OpenAI's fine-tuning jobs. */
  fineTuning: boolean;
  /** Penalties by how often a token has been used (frequency) and whether it was at all (presence). */
  penalties: boolean;
  /** A factor on all that was said before, prompt included. */
  repetitionPenalty: boolean;
  /** Tokens by their number made likelier or less so. */
  logitBias: boolean;
  /** The choice of tokens can be bounded by their number. */
  topK: boolean;
  /** The choice of tokens can be bounded by how likely they are beside the likeliest. */
  minP: boolean;
  /** A model's thinking can be switched on and off. */
  thinkingSwitch: boolean;
  /** A reply can be held to one of some texts, or to a regular expression. */
  replyChoices: boolean;
  replyPattern: boolean;
}

/** Where a copy of OpenAI's chat protocol differs from it. */
export interface Dialect {
  maxTokens?: "max_tokens" | "max_completion_tokens";
  seed?: "seed" | "random_seed";
  /** Path of the list of models; null where there is none. */
  models?: string | null;
  /** Name of the wished length of an embedding; null where it cannot be wished. */
  dimensions?: "dimensions" | "output_dimension" | null;
  /** The model's name is in the path, and the version of the API beside it. */
  deployments?: boolean;
  /**
   * How thinking is switched: `template` by `chat_template_kwargs`, `effort` by `reasoning_effort`, `reasoning` by an object of that
   * name, `type` by `thinking: {type}`.
   */
  thinkingSwitch?: "template" | "effort" | "reasoning" | "type";
  /** The server's own way to hold a reply to texts or to a regular expression; else that is said by a JSON schema. */
  replyRule?: "structured_outputs" | "regex" | "grammar" | "response_format";
  /** A JSON schema is the value of `response_format`, not a member of it by OpenAI's name. */
  schemaAsValue?: boolean;
}

export interface ProviderEntry {
  /** The product's own name. */
  title: string;
  protocol: Protocol;
  auth: Authentication;
  /** `{setting}` is filled in. Empty where only a person can know it. */
  baseUrl: string;
  settings: readonly { name: SettingField; default: string }[];
  /** All of one set are needed; a provider with two sets takes either. Empty where it may be open. */
  secrets: readonly (readonly SecretField[])[];
  /** A server of one's own needs no key. */
  keyOptional?: boolean;
  /** Where a person makes a key. */
  keyPage: string | null;
  capabilities: Capabilities;
  /** What its fine-tuning jobs take, where that is known. */
  tuningLimits?: { leastRows: number; mostBytes: number };
  dialect?: Dialect;
}

const all: Capabilities = { seed: true, stop: true, n: true, system: true, jsonSchema: true, images: true, tools: true, embeddings: true, thinking: true, batch: false, fineTuning: false, penalties: true, repetitionPenalty: false, logitBias: true, topK: false, minP: false, thinkingSwitch: false, replyChoices: true, replyPattern: false };
const oneKey = [["apiKey"]] as const;
/** platform.openai.com/docs/guides/supervised-fine-tuning: ten examples at least; /docs/api-reference/files: 512 MB a file. */
const openAiTuning = { leastRows: 10, mostBytes: 512_000_000 };

/** A copy of OpenAI's chat completions with one key: most providers are only this. */
function openAiCopy(entry: Pick<ProviderEntry, "title" | "baseUrl" | "keyPage" | "tuningLimits"> & { has?: (keyof Capabilities)[]; lacks?: (keyof Capabilities)[]; dialect?: Dialect; keyOptional?: boolean }): ProviderEntry {
  const { has = [], lacks = [], ...rest } = entry;
  const capabilities = { ...all, ...Object.fromEntries(has.map((name) => [name, true])), ...Object.fromEntries(lacks.map((name) => [name, false])) };
  return { protocol: "openai-chat", auth: "bearer", settings: [], secrets: oneKey, capabilities, ...rest };
}

export const providers = {
  openai: openAiCopy({
    title: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    keyPage: "https://platform.openai.com/api-keys",
    has: ["batch", "fineTuning", "thinkingSwitch", "replyPattern"],
    tuningLimits: openAiTuning,
    // Its newer models refuse `max_tokens`; most servers that copy the API know only that.
    dialect: { maxTokens: "max_completion_tokens", thinkingSwitch: "effort" },
  }),
  "openai-responses": {
    title: "OpenAI (Responses)",
    protocol: "openai-responses",
    auth: "bearer",
    baseUrl: "https://api.openai.com/v1",
    settings: [],
    secrets: oneKey,
    keyPage: "https://platform.openai.com/api-keys",
    capabilities: { ...all, seed: false, stop: false, n: false, batch: true, fineTuning: true, penalties: false, logitBias: false, thinkingSwitch: true, replyPattern: true },
    tuningLimits: openAiTuning,
  },
  "azure-openai": {
    title: "Azure OpenAI",
    protocol: "openai-chat",
    auth: "api-key",
    baseUrl: "https://{resource}.openai.azure.com/openai",
    settings: [
      { name: "resource", default: "" },
      { name: "apiVersion", default: "2024-10-21" },
    ],
    secrets: oneKey,
    keyPage: "https://portal.azure.com/",
    capabilities: { ...all, thinkingSwitch: true },
    // Its list is of models, where a call wants the name of a deployment.
    dialect: { maxTokens: "max_completion_tokens", deployments: true, models: null, thinkingSwitch: "effort" },
  },
  anthropic: {
    title: "Anthropic",
    protocol: "anthropic-messages",
    auth: "x-api-key",
    baseUrl: "https://api.anthropic.com/v1",
    settings: [],
    secrets: oneKey,
    keyPage: "https://console.anthropic.com/settings/keys",
    capabilities: { ...all, seed: false, n: false, embeddings: false, batch: true, penalties: false, logitBias: false, topK: true, thinkingSwitch: true, replyPattern: true },
  },
  google: {
    title: "Google AI Studio",
    protocol: "google-generate",
    auth: "x-goog-api-key",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
    settings: [],
    secrets: oneKey,
    keyPage: "https://aistudio.google.com/apikey",
    capabilities: { ...all, logitBias: false, topK: true, thinkingSwitch: true },
  },
  vertex: {
    title: "Google Vertex AI",
    protocol: "google-generate",
    auth: "google-service-account",
    // The project is in the path, not here: the same model in another project keeps its cached replies.
    baseUrl: "https://{location}-aiplatform.googleapis.com/v1",
    settings: [
      { name: "project", default: "" },
      { name: "location", default: "us-central1" },
    ],
    secrets: [["serviceAccount"]],
    keyPage: "https://console.cloud.google.com/iam-admin/serviceaccounts",
    capabilities: { ...all, embeddings: false, logitBias: false, topK: true, thinkingSwitch: true },
  },
  mistral: openAiCopy({
    title: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    keyPage: "https://console.mistral.ai/api-keys",
    lacks: ["thinking", "logitBias"],
    dialect: { seed: "random_seed", dimensions: "output_dimension" },
  }),
  cohere: {
    title: "Cohere",
    protocol: "cohere-chat",
    auth: "bearer",
    baseUrl: "https://api.cohere.com",
    settings: [],
    secrets: oneKey,
    keyPage: "https://dashboard.cohere.com/api-keys",
    capabilities: { ...all, n: false, logitBias: false, topK: true, thinkingSwitch: true },
  },
  ai21: openAiCopy({
    title: "AI21",
    baseUrl: "https://api.ai21.com/studio/v1",
    keyPage: "https://studio.ai21.com/account/api-key",
    lacks: ["seed", "jsonSchema", "images", "embeddings", "thinking", "penalties", "logitBias", "replyChoices"],
    dialect: { models: null },
  }),
  together: openAiCopy({
    title: "Together",
    baseUrl: "https://api.together.xyz/v1",
    keyPage: "https://api.together.ai/settings/api-keys",
    has: ["repetitionPenalty", "topK", "minP"],
    dialect: { dimensions: null },
  }),
  bedrock: {
    title: "Amazon Bedrock",
    protocol: "bedrock-converse",
    auth: "aws",
    baseUrl: "https://bedrock-runtime.{region}.amazonaws.com",
    settings: [{ name: "region", default: "us-east-1" }],
    secrets: [["apiKey"], ["accessKeyId", "secretAccessKey", "sessionToken"]],
    keyPage: "https://console.aws.amazon.com/bedrock/home#/api-keys",
    capabilities: { ...all, seed: false, n: false, embeddings: false, thinking: false, penalties: false, logitBias: false },
  },
  "hf-inference": openAiCopy({
    title: "Hugging Face Inference",
    baseUrl: "https://router.huggingface.co/v1",
    keyPage: "https://huggingface.co/settings/tokens",
    lacks: ["embeddings"],
  }),
  openrouter: openAiCopy({ title: "OpenRouter", baseUrl: "https://openrouter.ai/api/v1", keyPage: "https://openrouter.ai/settings/keys", has: ["repetitionPenalty", "topK", "minP", "thinkingSwitch"], lacks: ["n"], dialect: { thinkingSwitch: "reasoning" } }),
  deepseek: openAiCopy({
    title: "DeepSeek",
    baseUrl: "https://api.deepseek.com/v1",
    keyPage: "https://platform.deepseek.com/api_keys",
    has: ["thinkingSwitch"],
    lacks: ["seed", "n", "jsonSchema", "images", "embeddings", "thinking", "logitBias", "replyChoices"],
    dialect: { thinkingSwitch: "type" },
  }),
  "openai-compatible": openAiCopy({ title: "OpenAI-compatible server", baseUrl: "http://127.0.0.1:11434/v1", keyPage: null, keyOptional: true, has: ["repetitionPenalty", "fineTuning", "topK", "minP", "thinkingSwitch"] }),
  // Servers of one's own, each with what its documentation says beyond the interface that they copy.
  vllm: openAiCopy({
    title: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    keyPage: null,
    keyOptional: true,
    has: ["repetitionPenalty", "topK", "minP", "thinkingSwitch", "replyPattern"],
    dialect: { replyRule: "structured_outputs" },
  }),
  sglang: openAiCopy({
    title: "SGLang",
    baseUrl: "http://127.0.0.1:30000/v1",
    keyPage: null,
    keyOptional: true,
    has: ["repetitionPenalty", "topK", "minP", "thinkingSwitch", "replyPattern"],
    dialect: { replyRule: "regex" },
  }),
  "llama-cpp": openAiCopy({
    title: "llama.cpp",
    baseUrl: "http://127.0.0.1:8080/v1",
    keyPage: null,
    keyOptional: true,
    has: ["topK", "minP", "thinkingSwitch", "replyPattern"],
    dialect: { replyRule: "grammar" },
  }),
  // What its page on this interface does not name, it passes over without a word.
  ollama: openAiCopy({ title: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", keyPage: null, keyOptional: true, has: ["thinkingSwitch"], lacks: ["n", "logitBias"], dialect: { thinkingSwitch: "effort" } }),
  "lm-studio": openAiCopy({ title: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1", keyPage: null, keyOptional: true, has: ["topK"], lacks: ["n", "thinking"] }),
  tgi: openAiCopy({
    title: "Text Generation Inference",
    baseUrl: "http://127.0.0.1:3000/v1",
    keyPage: null,
    keyOptional: true,
    has: ["replyPattern"],
    lacks: ["n", "embeddings", "thinking", "logitBias"],
    dialect: { replyRule: "response_format", schemaAsValue: true },
  }),
  "openai-completions": {
    ...openAiCopy({ title: "Raw completions server", baseUrl: "http://127.0.0.1:8000/v1", keyPage: null, keyOptional: true, has: ["repetitionPenalty", "topK", "minP"], lacks: ["jsonSchema", "images", "tools", "thinking", "replyChoices"] }),
    protocol: "openai-completions",
  },
} as const satisfies Record<string, ProviderEntry>;

export type Provider = keyof typeof providers;

/** What the model server of the trainer takes. */
export const ownServer: Capabilities = { ...all, jsonSchema: false, images: false, tools: false, thinking: false, repetitionPenalty: true, replyChoices: false };

/** The entry, in the shape that all share. */
export function providerEntry(id: Provider): ProviderEntry {
  return providers[id];
}

/** The address that calls go to: as given, or the provider's own with the settings filled in. No trailing slash. */
export function fullBaseUrl(id: Provider, given: string, settings: Partial<Record<SettingField, string>>): string {
  if (given !== "") return given.replace(/\/+$/, "");
  const entry = providerEntry(id);
  const defaults = new Map(entry.settings.map((setting) => [setting.name as string, setting.default]));
  const filled = entry.baseUrl.replace(/\{(\w+)\}/g, (_, name: string) => settings[name as SettingField] ?? defaults.get(name) ?? "");
  // The one location without a host of its own.
  return filled.replace("//global-aiplatform", "//aiplatform");
}
