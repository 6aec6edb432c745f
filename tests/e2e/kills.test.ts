import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunView } from "@/lib/contracts/runs";
import { findStep, openApi, type Api } from "@/tests/support/api";
import { startApp, type RunningApp } from "@/tests/support/app";

let app: RunningApp;
let api: Api;

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
  api = await openApi(() => app);
});
afterAll(async () => {
  await app.stop();
});

it("finishes a run by itself though web server, worker, trainer and then everything are killed in its midst", async () => {
  const workflow = await api.call<{ id: string }>("/workflows", { template: "abstracts-to-tweets" });
  const { id: runId } = await api.call<RunView>(`/workflows/${workflow.id}/runs`, { overrides: { abstracts: { count: 120 }, train: { epochs: 8, evaluateEverySteps: 10 } } });
  await api.waitForRun(runId, 60, (run) => findStep(run, "abstracts").rowsDone > 0);
  await killPart("web");
  await killPart("worker");
  await api.waitForRun(runId, 90, (run) => findStep(run, "tweets").rowsDone > 0);
  await killPart("trainer");
  const training = await api.waitForRun(runId, 120, (run) => (findStep(run, "train").training?.step ?? 0) >= 12);
  expect(findStep(training, "tweets").rowsOut).toBe(120);
  const { dataFolder } = app;
  await killEverything();
  app = await startApp({ dataFolder });
  const run = await api.waitForRun(runId, 180, (one) => one.state !== "running");
  expect(run.state).toBe("done");
  expect(findStep(run, "abstracts")).toMatchObject({ rowsOut: 120, failed: 0 });
  expect(findStep(run, "tweets")).toMatchObject({ rowsOut: 120, failed: 0 });
  expect(findStep(run, "split").rowsOut).toBe(120);
  expect(findStep(run, "train").training?.notes.map((note) => note.code)).toContain("resumed_from_checkpoint");
  const page = await api.call<{ rows: { row: number; values: Record<string, string> }[]; total: number }>(`/tables/run~${runId}~tweets~output/rows?limit=200`);
  expect(page.total).toBe(120);
  expect(page.rows.every((row, index) => row.row === index && (row.values.prompts_2 ?? "").includes(row.values.abstracts ?? "?"))).toBe(true);
});
