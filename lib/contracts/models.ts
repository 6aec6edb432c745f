import { z } from "zod";
import { modelRef } from "@/lib/steps/_sdk/model-ref";
import { changedValue } from "./changed-values";
import { defineContract } from "./contract";
import { trainingProgress, trainingRequest, trainingResult, trainingSamples, waitsForDevice } from "./trainer";
import { errorRecord } from "./errors";
import { providers, secretFields, settingFields, type Provider } from "./providers";

export const provider = z.enum(Object.keys(providers) as Provider[]);

/** Provider of a connection that is several others, which answer as one. */
export const POOL_PROVIDER = "pool";
/** Provider of the connection that holds the Hugging Face Hub's address and token. It takes no prompts. */
export const HUB_PROVIDER = "huggingface";
/** Provider of a connection to a database that steps query: its address has the person and the database, the key is the password. */
export const DATABASE_PROVIDER = "postgresql";
export const connectionProvider = z.enum([...provider.options, POOL_PROVIDER, HUB_PROVIDER, DATABASE_PROVIDER]);
export type ConnectionProvider = z.infer<typeof connectionProvider>;

/** Whether a connection answers prompts. */
export function takesPrompts(kind: ConnectionProvider): kind is Exclude<ConnectionProvider, typeof HUB_PROVIDER | typeof DATABASE_PROVIDER> {
  return kind !== HUB_PROVIDER && kind !== DATABASE_PROVIDER;
}

/** `postgresql://person@host:5432/database`, without the password, which is kept as the key. */
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ }).refine((text) => {
  // What is no address at all is told as such, and comes here all the same.
  if (!URL.canParse(text)) return false;
  const { password, hostname, pathname } = new URL(text);
  return password === "" && hostname !== "" && pathname.length > 1;
}, "an address such as postgresql://person@host:5432/database is expected, with the password in its own field");

/** A server of a pool; without a model of its own it is asked for the pool's. */
export const poolMember = z.strictObject({ connection: z.string().min(1), model: z.string().min(1).max(300).nullable().default(null) });

/** Values that become part of an address: nothing that could end its host. */
export const connectionSettings = z.partialRecord(z.enum(settingFields), z.string().max(200).regex(/^[\w.:-]*$/));

/** A person's own prices in US dollars a million tokens; null for the list price, where there is one. */
export const listedModel = z.strictObject({
  id: z.string().min(1).max(300),
  inputPrice: z.number().min(0).nullable().default(null),
  /** Of prompt tokens that the provider had cached; null for the input price. */
  cachedInputPrice: z.number().min(0).nullable().default(null),
  outputPrice: z.number().min(0).nullable().default(null),
  /** Tokens that prompt and reply may have together; null for what its server says. */
  contextTokens: z.int().positive().nullable().default(null),
  /** Tokens of a reply at most; null for what its maker has published. */
  outputTokens: z.int().positive().nullable().default(null),
});

export const connectionView = z.strictObject({
  id: z.string(),
  name: z.string(),
  provider: connectionProvider,
  baseUrl: z.string(),
  settings: connectionSettings,
  members: z.array(poolMember),
  /** Last characters of the key; null where there is none. */
  keyHint: z.string().nullable(),
  concurrency: z.int(),
  requestsPerMinute: z.int().nullable(),
  tokensPerMinute: z.int().nullable(),
  models: z.array(listedModel),
  /** Tokens that prompt and reply may have together, of those models whose server said so. */
  contexts: z.record(z.string(), z.int()),
});
export type ConnectionView = z.infer<typeof connectionView>;

const connectionFields = z.strictObject({
  name: z.string().min(1).max(100),
  provider: connectionProvider,
  /** Left empty for the provider's own. */
  baseUrl: z.union([z.literal(""), z.url({ protocol: /^https?$/ }), databaseUrl], { error: "an address with its scheme is expected, such as https://api.example.com/v1 or http://localhost:8000/v1" }),
  /** Left out keeps the stored key; null removes it. */
  apiKey: z.string().max(1000).nullable().optional(),
  /** Secrets beside a key, for providers that want others. One that is left out or empty stays. */
  secrets: z.partialRecord(z.enum(secretFields), z.string().max(20_000)).default({}),
  settings: connectionSettings.default({}),
  /** Of a pool. */
  members: z.array(poolMember).max(64).default([]),
  concurrency: z.int().min(1).max(4096).default(16),
  requestsPerMinute: z.int().min(1).nullable().default(null),
  tokensPerMinute: z.int().min(1).nullable().default(null),
  models: z.array(listedModel).max(500).default([]),
});
export const connectionInput = connectionFields.refine(({ provider: kind, baseUrl }) => (kind === DATABASE_PROVIDER) === /^postgres/.test(baseUrl), {
  path: ["baseUrl"],
  error: "a database has an address such as postgresql://person@host:5432/database, and nothing else has",
});
const connectionId = z.strictObject({ connectionId: z.string() });

export const listConnections = defineContract({
  method: "GET",
  path: "/connections",
  summary: "Connections, without their keys",
  access: "user",
  response: z.strictObject({ connections: z.array(connectionView) }),
});

export const createConnection = defineContract({
  method: "POST",
  path: "/connections",
  summary: "Add a connection",
  access: "admin",
  body: connectionInput,
  response: connectionView,
});

export const updateConnection = defineContract({
  method: "PUT",
  path: "/connections/{connectionId}",
  summary: "Change a connection. A new base URL needs the key again, so that a key never goes to another server",
  access: "admin",
  params: connectionId,
  body: connectionInput,
  response: connectionView,
});

export const deleteConnection = defineContract({
  method: "DELETE",
  path: "/connections/{connectionId}",
  summary: "Remove a connection and its key",
  access: "admin",
  params: connectionId,
});

export const testConnection = defineContract({
  method: "POST",
  path: "/connections/{connectionId}/test",
  summary: "List the connection's models and send one short prompt, or ask the Hub whose token it is, or a database for its version; a failure is explained",
  access: "user",
  params: connectionId,
  body: z.strictObject({ model: z.string().nullable().default(null) }),
  response: z.strictObject({
    ok: z.boolean(),
    /** Models the server lists; null where it has no list. */
    models: z.array(z.string()).nullable(),
    reply: z.string().nullable(),
    latencyMs: z.int().nullable(),
    error: errorRecord.nullable(),
  }),
});

export const listConnectionModels = defineContract({
  method: "GET",
  path: "/connections/{connectionId}/models",
  summary: "Models that the connection's server lists; null where it has no list",
  access: "user",
  params: connectionId,
  response: z.strictObject({
    models: z.array(z.string()).nullable(),
    /** Tokens that prompt and reply may have together, of the models whose server says so. */
    contexts: z.record(z.string(), z.int()),
  }),
});

export const listLocalServers = defineContract({
  method: "GET",
  path: "/local-servers",
  summary: "Servers of models found on this machine that no connection uses yet",
  access: "admin",
  response: z.strictObject({ servers: z.array(z.strictObject({ title: z.string(), provider, baseUrl: z.string(), models: z.array(z.string()) })) }),
});

export const pickableModel = z.strictObject({
  ref: modelRef,
  /** Name to show. */
  label: z.string(),
  connection: z.string(),
  kind: z.enum(["builtin", "trained", "api"]),
});

export const listModels = defineContract({
  method: "GET",
  path: "/models",
  summary: "Models that prompts can be sent to",
  access: "user",
  response: z.strictObject({ models: z.array(pickableModel) }),
});

export const trainingState = z.enum(["queued", "running", "done", "failed", "cancelled"]);

export const trainedModelView = z.strictObject({
  id: z.string(),
  name: z.string(),
  method: z.string(),
  fingerprint: z.string(),
  baseModel: z.unknown(),
  createdAt: z.string(),
  result: trainingResult.nullable(),
});

export const listTrainedModels = defineContract({
  method: "GET",
  path: "/trained-models",
  summary: "Models trained here and trainings under way, newest first",
  access: "user",
  response: z.strictObject({
    models: z.array(trainedModelView),
    trainings: z.array(z.strictObject({ id: z.string(), name: z.string(), state: trainingState, paused: z.boolean(), modelId: z.string(), runId: z.string(), nodeId: z.string() })),
  }),
});

const modelId = z.strictObject({ modelId: z.string() });

export const trainingView = z.strictObject({
  modelId: z.string(),
  name: z.string(),
  state: trainingState,
  /** Who holds it: a person by itself, or its paused run. One that still runs is about to checkpoint. */
  pausedBy: z.enum(["person", "run"]).nullable(),
  /** Why it is not begun, where that is more than its turn. */
  waitsFor: waitsForDevice.nullable(),
  /** The model can be prompted. */
  ready: z.boolean(),
  runId: z.string(),
  nodeId: z.string(),
  request: trainingRequest,
  progress: trainingProgress.nullable(),
  result: trainingResult.nullable(),
  error: errorRecord.nullable(),
  metrics: z.array(z.strictObject({ step: z.int(), kind: z.enum(["train", "eval"]), values: z.record(z.string(), z.number().nullable()) })),
  /** What it wrote at its last evaluation; null where it writes nothing or was not evaluated yet. */
  samples: trainingSamples.extend({ step: z.int() }).nullable(),
});

export const readTraining = defineContract({
  method: "GET",
  path: "/trained-models/{modelId}",
  summary: "A model's training: settings, state, metrics, samples",
  access: "user",
  params: modelId,
  response: trainingView,
});

export const pauseTraining = defineContract({
  method: "POST",
  path: "/trained-models/{modelId}/pause",
  summary: "Pause a model's training: it checkpoints, gives its device back and waits until it is resumed; its run goes on without it",
  access: "user",
  params: modelId,
  response: trainingView,
});

export const resumeTraining = defineContract({
  method: "POST",
  path: "/trained-models/{modelId}/resume",
  summary: "Go on with a paused training from its checkpoint",
  access: "user",
  params: modelId,
  response: trainingView,
});

export const promptModel = defineContract({
  method: "POST",
  path: "/prompt",
  summary: "Send one prompt to a model",
  access: "user",
  body: z.strictObject({
    model: modelRef,
    system: z.string().max(100_000).default(""),
    prompt: z.string().min(1).max(1_000_000),
    temperature: z.number().min(0).max(2).nullable().default(null),
    topP: z.number().min(0).max(1).nullable().default(null),
    maxTokens: z.int().positive().nullable().default(null),
    seed: z.int().nullable().default(null),
  }),
  response: z.strictObject({
    text: z.string(),
    finishReason: z.string().nullable(),
    promptTokens: z.int(),
    completionTokens: z.int(),
    latencyMs: z.int(),
    cached: z.boolean(),
    /** Values that the model was sent otherwise than they were set. */
    changed: z.array(changedValue),
    /** Millionths of a US dollar; null where the price is not known. Nothing for a reply from the cache. */
    costMicros: z.number().nullable(),
  }),
});
