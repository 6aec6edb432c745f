import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunView, StepRunView } from "@/lib/contracts/runs";
import { startApp, type RunningApp } from "@/tests/support/app";

const headers = { "content-type": "application/json" };
let app: RunningApp;
let cookie = "";

async function api<Reply>(path: string, body?: unknown): Promise<Reply> {
  const response = await fetch(`${app.url}/api/v1${path}`, { method: body === undefined ? "GET" : "POST", headers: { ...headers, cookie }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (response.headers.get("set-cookie")) cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return (await response.json()) as Reply;
}

/** Waits for a condition on the run; a web server that is being started again is asked again. */
async function waitFor(runId: string, seconds: number, isTrue: (run: RunView) => boolean): Promise<RunView> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const run = await api<RunView>(`/runs/${runId}`).catch(() => null);
    if (run?.steps && isTrue(run)) return run;
    if (Date.now() > deadline) throw new Error(`still: ${JSON.stringify(run?.steps.map((step) => [step.title, step.state, step.rowsDone, step.error]))}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

const step = (run: RunView, nodeId: string): StepRunView => {
  const found = run.steps.find((one) => one.nodeId === nodeId);
  if (!found) throw new Error(nodeId);
  return found;
};

async function killPart(name: string): Promise<void> {
  const pid = (await app.readParts())[name];
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, "SIGKILL");
}

async function killEverything(): Promise<void> {
  const parts = Object.values(await app.readParts());
  const postmaster = Number((await readFile(join(app.dataFolder, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
  const starter = app.launcher.pid ?? 0;
  const launcher = Number(execFileSync("pgrep", ["-P", String(starter)], { encoding: "utf8" }).trim().split("\n")[0]);
  for (const pid of [starter, launcher, ...parts, postmaster]) process.kill(pid, "SIGKILL");
}

beforeAll(async () => {
  app = await startApp();
  const token = new URL(app.setupUrl).searchParams.get("token");
  await api("/setup", { token, email: "ada@example.org", name: "Ada", password: "correct horse battery" });
});
afterAll(async () => {
  await app.stop();
});

it("finishes a run by itself though web server, worker, trainer and then everything are killed in its midst", async () => {
  const workflow = await api<{ id: string }>("/workflows", { template: "abstracts-to-tweets" });
  const { id: runId } = await api<RunView>(`/workflows/${workflow.id}/runs`, { overrides: { abstracts: { count: 120 }, train: { epochs: 8, evaluateEverySteps: 10 } } });
  await waitFor(runId, 60, (run) => step(run, "abstracts").rowsDone > 0);
  await killPart("web");
  await killPart("worker");
  await waitFor(runId, 90, (run) => step(run, "tweets").rowsDone > 0);
  await killPart("trainer");
  const training = await waitFor(runId, 120, (run) => (step(run, "train").training?.step ?? 0) >= 12);
  expect(step(training, "tweets").rowsOut).toBe(120);
  const { dataFolder } = app;
  await killEverything();
  app = await startApp({ dataFolder });
  const run = await waitFor(runId, 180, (one) => one.state !== "running");
  expect(run.state).toBe("done");
  expect(step(run, "abstracts")).toMatchObject({ rowsOut: 120, failed: 0 });
  expect(step(run, "tweets")).toMatchObject({ rowsOut: 120, failed: 0 });
  expect(step(run, "split").rowsOut).toBe(120);
  expect(step(run, "train").training?.notes.map((note) => note.code)).toContain("resumed_from_checkpoint");
  const page = await api<{ rows: { row: number; values: Record<string, string> }[]; total: number }>(`/tables/run~${runId}~tweets~output/rows?limit=200`);
  expect(page.total).toBe(120);
  expect(page.rows.every((row, index) => row.row === index && (row.values.prompts ?? "").includes(row.values.abstracts ?? "?"))).toBe(true);
});
