import type { RunView, StepRunView } from "@/lib/contracts/runs";
import type { RunningApp } from "./app";

export interface Api {
  /** One request under `/api/v1`; with a body it is a POST. A string is sent as it is. */
  call<Reply>(path: string, body?: unknown): Promise<Reply>;
  /** Waits for a condition on a run; a web server that is being started again is asked again. */
  waitForRun(runId: string, seconds: number, isTrue: (run: RunView) => boolean): Promise<RunView>;
}

/** Uses the one-time link, and speaks for the administrator it makes. `app` is asked each time: it may be another after a restart. */
export async function openApi(app: () => RunningApp): Promise<Api> {
  let cookie = "";
  async function call<Reply>(path: string, body?: unknown): Promise<Reply> {
    const response = await fetch(`${app().url}/api/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", cookie },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return (await response.json()) as Reply;
  }
  const token = new URL(app().setupUrl).searchParams.get("token");
  await call("/setup", { token, email: "ada@example.org", name: "Ada", password: "correct horse battery" });
  return {
    call,
    async waitForRun(runId, seconds, isTrue) {
      const deadline = Date.now() + seconds * 1000;
      for (;;) {
        const run = await call<RunView>(`/runs/${runId}`).catch(() => null);
        if (run?.steps && isTrue(run)) return run;
        if (Date.now() > deadline) throw new Error(`still: ${JSON.stringify(run?.steps.map((step) => [step.title, step.state, step.rowsDone, step.error]))}`);
        await new Promise((wake) => setTimeout(wake, 100));
      }
    },
  };
}

export function findStep(run: RunView, nodeId: string): StepRunView {
  const found = run.steps.find((one) => one.nodeId === nodeId);
  if (!found) throw new Error(`no step ${nodeId}`);
  return found;
}
