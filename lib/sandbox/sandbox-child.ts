import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** `done` with the text given, or why there is none; after any but `done` the child is of no more use. */
export type Reply = { kind: "done"; text: string } | { kind: "slow" | "large" | "died" } | { kind: "error"; detail: string };

export interface SandboxChild {
  ask(text: string, milliseconds: number): Promise<Reply>;
  stop(): void;
}

const program = fileURLToPath(new URL("./sandbox-process.mjs", import.meta.url));
const folder = dirname(program);
const modules = join(folder, "..", "..", "node_modules");

/** What the process may read. Where the modules are behind a link, Node asks for the place it leads to as well. */
function listReadable(): string[] {
  const real = existsSync(modules) ? [realpathSync(modules)] : [];
  return [...new Set([folder, modules, ...real])];
}

/** Of the process's own heap, which holds a batch and its result. */
const HEAP_MB = 192;

function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
}

/** Starts the process that runs people's code: no environment, no files but its own modules, no children, no workers. */
export function startSandboxChild(): SandboxChild {
  const flags = [
    permissionFlag(),
    ...listReadable().map((path) => `--allow-fs-read=${path}/*`),
    `--max-old-space-size=${HEAP_MB}`,
    "--disallow-code-generation-from-strings",
    "--no-warnings",
  ];
  const child = spawn(process.execPath, [...flags, program], {
    cwd: folder,
    env: {} as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "ignore"],
  });
  return { ask: (text, milliseconds) => ask(child, text, milliseconds), stop: () => child.kill("SIGKILL") };
}

async function ask(child: ChildProcess, text: string, milliseconds: number): Promise<Reply> {
  const { stdin, stdout } = child;
  if (!stdin || !stdout || child.exitCode !== null || child.signalCode !== null) return { kind: "died" };
  const state = { late: false };
  const timer = setTimeout(() => {
    state.late = true;
    child.kill("SIGKILL");
  }, milliseconds);
  const frame = new Promise<Buffer | null>((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const take = (part: Buffer): void => {
      parts.push(part);
      size += part.length;
      if (size < 4) return;
      const all = parts.length === 1 ? part : Buffer.concat(parts.splice(0));
      if (parts.length === 0) parts.push(all);
      if (size >= 4 + all.readUInt32BE(0)) finish(all.subarray(4));
    };
    const fail = (): void => finish(null);
    const finish = (body: Buffer | null): void => {
      stdout.off("data", take);
      child.off("close", fail);
      child.off("error", fail);
      resolve(body);
    };
    stdout.on("data", take);
    child.once("close", fail);
    child.once("error", fail);
  });
  const body = Buffer.from(text);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length, 0);
  stdin.on("error", ignore);
  stdin.write(header);
  stdin.write(body);
  const given = await frame;
  clearTimeout(timer);
  stdin.off("error", ignore);
  return given === null ? { kind: state.late ? "slow" : "died" } : readReply(given.toString("utf8"));
}

/** A child that ends while it is written to is told of by its end. */
function ignore(): void {
  return;
}

function readReply(text: string): Reply {
  const given = text.slice(1);
  switch (text[0]) {
    case "D":
      return { kind: "done", text: given };
    case "S":
      return { kind: "slow" };
    case "M":
      return { kind: "large" };
    default:
      return { kind: "error", detail: given };
  }
}
