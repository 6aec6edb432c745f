import { serveFiles, startProviderApi, type ApiRequest, type Fault, type ProviderApi } from "./provider-api";
import { speak, type NeutralReply } from "./provider-server";

type Reply = NeutralReply | Fault | "expired";

interface Request {
  key: string;
  path: string;
  body: Record<string, unknown>;
}

export interface ServedBatch {
  id: string;
  kind: "openai" | "anthropic";
  requests: Request[];
  createdAt: number;
  state: "open" | "ended" | "refused" | "cancelling";
  cancelled: boolean;
  mark: string | null;
  inputFile: string | null;
}

export interface BatchServer extends ProviderApi {
  batches: ServedBatch[];
  /** Decides what becomes of one request. */
  answer: (request: Request) => Reply;
  /** Ends a batch by itself when it is looked at. */
  endsAtOnce: boolean;
  /** Called once a batch has been made, before its maker hears of it. */
  onMade: () => Promise<void> | void;
  /** Why a batch that is made is refused as a whole; null takes it. */
  refuse: (batch: ServedBatch) => { code: string; message: string } | null;
}

const DAY_MS = 24 * 3600 * 1000;
const isFault = (reply: Reply): reply is Fault => typeof reply === "object" && "status" in reply;

/**
 * A real server that speaks the batch APIs of OpenAI (platform.openai.com/docs/api-reference/batch and /files) and of Anthropic
 * (docs.claude.com/en/api/creating-message-batches), in place of them.
 */
export async function startBatchServer(): Promise<BatchServer> {
  let made = 0;
  const results = (batch: ServedBatch): { request: Request; reply: Reply }[] => (batch.cancelled ? batch.requests.slice(0, 1) : batch.requests).map((request) => ({ request, reply: server.answer(request) }));
  const openAiView = (batch: ServedBatch) => {
    const refusal = batch.state === "refused" ? server.refuse(batch) : null;
    const ended = batch.state === "ended";
    const status = refusal ? "failed" : ended ? (batch.cancelled ? "cancelled" : "completed") : batch.state === "cancelling" ? "cancelling" : "in_progress";
    return {
      id: batch.id,
      object: "batch",
      status,
      created_at: Math.floor(batch.createdAt / 1000),
      expires_at: Math.floor((batch.createdAt + DAY_MS) / 1000),
      input_file_id: batch.inputFile,
      output_file_id: ended ? `${batch.id}-output` : null,
      error_file_id: ended ? `${batch.id}-error` : null,
      request_counts: { total: batch.requests.length, completed: ended ? batch.requests.length : 1, failed: 0 },
      errors: refusal ? { object: "list", data: [refusal] } : null,
      metadata: batch.mark === null ? null : { reverie_batch: batch.mark },
    };
  };
  const anthropicView = (batch: ServedBatch) => {
    const ended = batch.state === "ended";
    const count = batch.requests.length;
    return {
      id: batch.id,
      type: "message_batch",
      processing_status: ended ? "ended" : batch.state === "cancelling" ? "canceling" : "in_progress",
      created_at: new Date(batch.createdAt).toISOString(),
      expires_at: new Date(batch.createdAt + DAY_MS).toISOString(),
      request_counts: { processing: ended ? 0 : count - 1, succeeded: ended ? count : 1, errored: 0, canceled: 0, expired: 0 },
      results_url: ended ? `https://elsewhere.invalid/${batch.id}` : null,
    };
  };
  const openAiLine = (batch: ServedBatch, which: "output" | "error") =>
    results(batch)
      .filter(({ reply }) => (which === "error") === (reply === "expired" || isFault(reply)))
      .map(({ request, reply }) => {
        const line = { id: `r-${request.key.slice(0, 6)}`, custom_id: request.key };
        if (reply === "expired") return { ...line, response: null, error: { code: "batch_expired", message: "This request could not be executed before the completion window expired." } };
        const response = isFault(reply) ? { status_code: reply.status, request_id: "q", body: reply.body } : { status_code: 200, request_id: "q", body: speak(request.path, reply) };
        return { ...line, response, error: null };
      });
  const anthropicLine = ({ request, reply }: { request: Request; reply: Reply }) => {
    const result = reply === "expired" ? { type: "expired" } : isFault(reply) ? { type: "errored", error: { type: "error", error: reply.body } } : { type: "succeeded", message: speak("/messages", reply) };
    return { custom_id: request.key, result };
  };
  const look = (batch: ServedBatch): void => {
    if (batch.state === "cancelling" || (batch.state === "open" && server.endsAtOnce)) batch.state = "ended";
  };

  function add(batch: Pick<ServedBatch, "kind" | "requests" | "mark" | "inputFile">): ServedBatch {
    made += 1;
    const whole: ServedBatch = { ...batch, id: `${batch.kind === "openai" ? "batch" : "msgbatch"}_${String(made)}`, createdAt: Date.now(), state: "open", cancelled: false };
    if (server.refuse(whole)) whole.state = "refused";
    server.batches.push(whole);
    return whole;
  }

  /** The lines of an ended batch, under the names its view gives them. */
  function serveResults({ path }: ApiRequest): unknown {
    const batch = server.batches.find((one) => path.startsWith(`/v1/files/${one.id}-`));
    if (!batch) return null;
    return openAiLine(batch, path.includes("-output") ? "output" : "error").map((line) => JSON.stringify(line)).join("\n");
  }

  function makeBatch(path: string, text: string): ServedBatch {
    const body = JSON.parse(text) as { input_file_id: string; endpoint: string; metadata?: { reverie_batch?: string }; requests: { custom_id: string; params: Record<string, unknown> }[] };
    if (path.startsWith("/v1/messages")) return add({ kind: "anthropic", mark: null, inputFile: null, requests: body.requests.map(({ custom_id, params }) => ({ key: custom_id, path: "/v1/messages", body: params })) });
    const lines = (server.files.get(body.input_file_id)?.text ?? "").split("\n").filter((line) => line !== "");
    const requests = lines.map((line) => JSON.parse(line) as { custom_id: string; url: string; body: Record<string, unknown> });
    return add({ kind: "openai", mark: body.metadata?.reverie_batch ?? null, inputFile: body.input_file_id, requests: requests.map(({ custom_id, url, body: inner }) => ({ key: custom_id, path: url, body: inner })) });
  }

  async function serveBatches({ method, path, text }: ApiRequest): Promise<unknown> {
    const kind = path.startsWith("/v1/messages") ? "anthropic" : "openai";
    const view = (batch: ServedBatch): unknown => (kind === "anthropic" ? anthropicView(batch) : openAiView(batch));
    const [, id, action] = /\/batches(?:\/([^/?]+))?(?:\/(\w+))?/.exec(path) ?? [];
    if (id === undefined) {
      if (method === "GET") return { data: server.batches.filter((batch) => batch.kind === kind).map(view).reverse(), has_more: false };
      const batch = makeBatch(path, text);
      await server.onMade();
      return view(batch);
    }
    const batch = server.batches.find((one) => one.id === id);
    if (!batch) return null;
    if (method === "DELETE") server.deleted.push(id);
    else if (action === "cancel") Object.assign(batch, { state: "cancelling", cancelled: true });
    else if (action === "results") return results(batch).map((one) => JSON.stringify(anthropicLine(one))).join("\n");
    else look(batch);
    return view(batch);
  }

  const server: BatchServer = Object.assign(
    await startProviderApi((request) => {
      const { method, path } = request;
      if (path.startsWith("/v1/files")) return method === "GET" && path.startsWith("/v1/files/") ? serveResults(request) : serveFiles(server, request);
      return path.includes("/batches") ? serveBatches(request) : null;
    }),
    {
      batches: [],
      answer: () => ({ text: "Hi." }),
      endsAtOnce: true,
      onMade: () => undefined,
      refuse: () => null,
    },
  );
  return server;
}
