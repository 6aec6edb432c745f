import { serveFiles, startProviderApi, type ApiRequest, type ProviderApi } from "./provider-api";
import { speak } from "./provider-server";

export interface ServedJob {
  id: string;
  createdAt: number;
  body: { model: string; training_file: string; validation_file?: string; method: Record<string, unknown>; suffix?: string; seed?: number; metadata?: Record<string, string> };
  status: "validating_files" | "running" | "succeeded" | "failed" | "cancelled";
  tunedModel: string | null;
  error: { code: string; message: string; param: string | null } | null;
  events: unknown[];
}

export interface TuningServer extends ProviderApi {
  jobs: ServedJob[];
  /** Models that were prompted, in order. */
  prompted: string[];
  /** What becomes of a job when it is looked at. */
  proceed: (job: ServedJob) => void;
  /** Called once a file or a job has been made, before its maker hears of it. */
  onMade: (what: "file" | "job") => Promise<void> | void;
}

/** As a job that goes well: it trains two steps and has a model. */
export function succeed(job: ServedJob): void {
  if (job.status === "cancelled") return;
  const [, base = job.body.model] = /^ft:([^:]+):/.exec(job.body.model) ?? [];
  for (const step of [1, 2]) addEvent(job, { type: "metrics", message: `Step ${String(step)}/2: training loss=${String(1 / step)}`, data: { step, total_steps: 2, train_loss: 1 / step, train_mean_token_accuracy: 0.5, ...(step === 2 && { valid_loss: 0.6 }) } });
  addEvent(job, { type: "message", message: "The job has successfully completed", data: {} });
  Object.assign(job, { status: "succeeded", tunedModel: `ft:${base}:org:${job.body.suffix ?? ""}:${job.id}` });
}

export function addEvent(job: ServedJob, event: { type: "metrics" | "message"; message: string; data: Record<string, unknown> }): void {
  job.events.push({ object: "fine_tuning.job.event", id: `ftevent-${job.id}-${String(job.events.length)}`, created_at: Math.floor(Date.now() / 1000), level: "info", ...event });
}

const TOKENS = 1000;

/**
 * A real server that speaks OpenAI's Files and fine-tuning APIs (platform.openai.com/docs/api-reference/files and /fine-tuning), in
 * place of it. Models that its jobs have made answer prompts by their name; others but the base are refused.
 */
export async function startTuningServer(): Promise<TuningServer> {
  const view = (job: ServedJob) => ({
    id: job.id,
    object: "fine_tuning.job",
    created_at: job.createdAt,
    model: job.body.model,
    status: job.status,
    fine_tuned_model: job.tunedModel,
    trained_tokens: job.status === "succeeded" ? TOKENS : null,
    estimated_finish: job.status === "running" ? job.createdAt + 60 : null,
    training_file: job.body.training_file,
    validation_file: job.body.validation_file ?? null,
    error: job.error ?? {},
    metadata: job.body.metadata ?? null,
  });

  async function takeFile(request: ApiRequest): Promise<unknown> {
    const reply = serveFiles(server, request);
    if (request.method === "POST") await server.onMade("file");
    return reply;
  }

  async function serveJobs({ method, path, text }: ApiRequest): Promise<unknown> {
    const [, id, action] = /\/jobs(?:\/([^/?]+))?(?:\/(\w+))?/.exec(path) ?? [];
    if (id === undefined && method === "GET") return { data: server.jobs.map(view).reverse(), has_more: false };
    if (id === undefined) {
      const job: ServedJob = { id: `ftjob-${String(server.jobs.length + 1)}`, createdAt: Math.floor(Date.now() / 1000), body: JSON.parse(text) as ServedJob["body"], status: "validating_files", tunedModel: null, error: null, events: [] };
      addEvent(job, { type: "message", message: `Created fine-tuning job: ${job.id}`, data: {} });
      server.jobs.push(job);
      await server.onMade("job");
      return view(job);
    }
    const job = server.jobs.find((one) => one.id === id);
    if (!job) return null;
    if (action === "cancel") job.status = "cancelled";
    else if (action === "events") {
      const newest = [...job.events].reverse() as { id: string }[];
      const after = /after=([^&]+)/.exec(path)?.[1];
      const from = after === undefined ? 0 : newest.findIndex((event) => event.id === decodeURIComponent(after)) + 1;
      // Two at a time, so that a reader has to turn pages.
      return { data: newest.slice(from, from + 2), has_more: from + 2 < newest.length };
    } else if (job.status !== "succeeded" && job.status !== "failed" && job.status !== "cancelled") server.proceed(job);
    return view(job);
  }

  function serveChat({ text }: ApiRequest): unknown {
    const { model } = JSON.parse(text) as { model: string };
    server.prompted.push(model);
    return speak("/chat/completions", { text: `I am ${model}` });
  }

  const server: TuningServer = Object.assign(
    await startProviderApi((request) => {
      if (request.path.startsWith("/v1/files")) return takeFile(request);
      if (request.path.includes("/fine_tuning/")) return serveJobs(request);
      return request.path.endsWith("/chat/completions") ? serveChat(request) : null;
    }),
    { jobs: [], prompted: [], proceed: succeed, onMade: () => undefined },
  );
  return server;
}
