import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { trainerPython } from "@/scripts/launch/trainer-environment";
import { findFreePort } from "@/lib/server/embedded-postgres";
import type { Env } from "@/lib/server/env";
import { openTestEngine, projectFolder, type TestEngine } from "./test-engine";

/** The folder of a Python package in the trainer's environment; null where it is not installed. */
export function findPythonPackage(name: string): string | null {
  const versions = ["3.10", "3.11", "3.12", "3.13", "3.14"].map((version) => join(projectFolder, "trainer", ".venv", "lib", `python${version}`, "site-packages", name));
  return versions.find((folder) => existsSync(folder)) ?? null;
}

/** An engine with a worker, and the trainer beside it as the launcher starts it, on the engine's database and data folder. */
export async function openEngineWithTrainer(): Promise<TestEngine> {
  const [port, token] = [await findFreePort(), "secret"];
  const engine = await openTestEngine({ env: { TRAINER_URL: `http://127.0.0.1:${String(port)}`, TRAINER_TOKEN: token } });
  await engine.startWorker();
  const stopTrainer = await startTrainer(engine.env, port, token);
  return {
    ...engine,
    async close() {
      await stopTrainer();
      await engine.close();
    },
  };
}

/** Resolves once its model server listens. Gives what stops it. */
async function startTrainer(env: Env, port: number, token: string): Promise<() => Promise<void>> {
  // Two test files run at once: torch's threads of both would wait for each other's cores.
  const variables = { OMP_NUM_THREADS: "1", DATABASE_URL: env.DATABASE_URL, REVERIE_DATA: env.REVERIE_DATA, REDIS_URL: "", TRAINER_PORT: String(port), TRAINER_TOKEN: token, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };
  const child = spawn(trainerPython(), ["-m", "trainer", "serve"], { cwd: projectFolder, env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-5000);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes("trainer listening")) resolve();
    });
    void ended.then(() => {
      reject(new Error(`the trainer ended: ${log}`));
    });
  });
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}
