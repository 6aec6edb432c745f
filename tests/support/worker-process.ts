import { spawn, type ChildProcess } from "node:child_process";
import type { Env } from "@/lib/server/env";
import { workerArguments } from "@/workers/command";
import { projectFolder } from "./test-engine";

/** Starts a real worker in a process of its own, to be killed. Resolves once it takes work. */
export async function startWorkerProcess(env: Env): Promise<ChildProcess> {
  const variables = Object.fromEntries(Object.entries(env as Record<string, string | number | undefined>).filter(([, value]) => value !== undefined).map(([key, value]) => [key, String(value)]));
  const child = spawn(process.execPath, workerArguments, { cwd: projectFolder, env: { ...process.env, ...variables }, stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-5000);
      if (log.includes("worker_started")) resolve();
    });
    child.once("exit", () => {
      reject(new Error(`the worker ended: ${log}`));
    });
  });
  return child;
}

export async function killHard(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
