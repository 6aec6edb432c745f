import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";

export const projectFolder = join(import.meta.dirname, "..", "..");

const canPin = availableParallelism() > 1 && (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, "taskset")));

/** Runs a TypeScript file in a process of its own, on one core where `taskset` is there. */
export function spawnScript(file: string, options: { core: number | null; args?: string[]; env?: Record<string, string | undefined>; nodeFlags?: string[] }): ChildProcess {
  const node = [process.execPath, ...(options.nodeFlags ?? []), "--import", "tsx", file, ...(options.args ?? [])];
  const [command = "", ...rest] = options.core !== null && canPin ? ["taskset", "-c", String(options.core), ...node] : node;
  return spawn(command, rest, { cwd: projectFolder, env: { ...process.env, ...options.env }, stdio: ["ignore", "pipe", "pipe"] });
}

/** The first line of output that matches. Rejects when the process ends before. */
export function waitForLine(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
      const found = pattern.exec(output);
      if (found) resolve(found);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("exit", (code) => reject(new Error(`the process ended (${String(code)}): ${output}`)));
  });
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, those of the children it has waited for included. Linux only, else NaN. */
export function readCpuSeconds(pid: number): number {
  const fields = readStat(pid);
  return fields ? [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_PER_SECOND : NaN;
}

/** The same of all processes below a process, for a server with a process for each connection. */
export function readFamilyCpuSeconds(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of existsSync("/proc") ? readdirSync("/proc") : []) {
    const fields = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    if (fields) parents.set(Number(name), Number(fields[1]));
  }
  const below = [...parents.keys()].filter((id) => id === pid || parents.get(id) === pid);
  return below.reduce((sum, id) => sum + (readCpuSeconds(id) || 0), 0);
}

/** The fields of `/proc/<pid>/stat` after the name: state is 0, parent is 1. */
function readStat(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** Megabytes a process holds now, and the most it held. Linux only, else NaN. */
export function readMemory(pid: number): { now: number; most: number } {
  try {
    const text = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? NaN) / 1024;
    return { now: read("VmRSS"), most: read("VmHWM") };
  } catch {
    return { now: NaN, most: NaN };
  }
}
