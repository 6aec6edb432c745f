import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../prepare.mjs";

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const GRACE_MS = 8000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A part that ran this long is started again without a wait. */
const SETTLED_MS = 30_000;

export interface Supervisor {
  start(name: string, command: string, args: string[], env: NodeJS.ProcessEnv): void;
  stop(): Promise<void>;
}

/** Keeps processes running: one that ends is started again, after a growing wait. Their output goes to `<data>/logs/<name>.log`. */
export function superviseProcesses({ dataFolder, say }: { dataFolder: string; say: (text: string) => void }): Supervisor {
  const running = new Map<string, ChildProcess>();
  let stopped = false;

  const remember = (): void => {
    const parts = Object.fromEntries([...running].map(([name, child]) => [name, child.pid]));
    writeFileSync(join(dataFolder, "processes.json"), JSON.stringify({ launcher: process.pid, parts }));
  };

  const openLog = (name: string) => {
    const folder = join(dataFolder, "logs");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.log`);
    if (existsSync(path) && statSync(path).size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
    return createWriteStream(path, { flags: "a" });
  };

  function start(name: string, command: string, args: string[], env: NodeJS.ProcessEnv, wait = FIRST_WAIT_MS): void {
    if (stopped) return;
    const startedAt = Date.now();
    const log = openLog(name);
    // A group of its own, so that Ctrl-C reaches the launcher alone and the parts are stopped in order.
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    running.set(name, child);
    remember();
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    child.on("error", (error) => {
      say(`${name} cannot be started: ${error.message}`);
    });
    child.on("exit", (code, signal) => {
      running.delete(name);
      if (stopped) return;
      remember();
      say(`${name} ended (${signal ?? String(code)}) and is started again; see ${join(dataFolder, "logs", `${name}.log`)}`);
      const settled = Date.now() - startedAt > SETTLED_MS;
      setTimeout(() => {
        start(name, command, args, env, settled ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, wait * 2));
      }, settled ? 0 : wait);
    });
  }

  return {
    start: (name, command, args, env) => {
      start(name, command, args, env);
    },
    async stop() {
      stopped = true;
      await Promise.all(
        [...running.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
              child.once("exit", () => {
                clearTimeout(timer);
                resolve();
              });
              child.kill("SIGTERM");
            }),
        ),
      );
    },
  };
}
