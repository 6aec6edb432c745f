import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashFiles, root } from "../prepare.mjs";
import type { Installation } from "./installation";
import type { Supervisor } from "./supervise";

const environment = join(root, "trainer", ".venv");

export function trainerPython(): string {
  return process.platform === "win32" ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");
}

function findPython(): string | null {
  for (const name of [process.env.PYTHON, "python3.13", "python3.12", "python3.11", "python3.10", "python3", "python"]) {
    if (!name) continue;
    const { status, stdout } = spawnSync(name, ["-c", "import sys, venv; print(sys.version_info >= (3, 10))"], { encoding: "utf8" });
    if (status === 0 && stdout.trim() === "True") return name;
  }
  return null;
}

/** What the app shows of the trainer's installation. */
async function writeState(dataFolder: string, state: "installing" | "installed" | "failed", detail: string | null): Promise<void> {
  await writeFile(join(dataFolder, "trainer-state.json"), JSON.stringify({ state, detail }));
}

/** Makes the trainer's virtual environment where it is missing or out of date. False where it cannot be made. */
export async function installTrainer(dataFolder: string, say: (text: string) => void): Promise<boolean> {
  const stamp = join(environment, "reverie-lock");
  const hash = hashFiles(["trainer/requirements.lock", "trainer/pyproject.toml"]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) {
    await writeState(dataFolder, "installed", null);
    return true;
  }
  const python = findPython();
  if (!python) {
    const detail = "Python 3.10 or newer, with its venv module, was not found. Install it and start Reverie again.";
    await writeState(dataFolder, "failed", detail);
    say(`Trainer: ${detail}`);
    return false;
  }
  say("Installing the trainer's Python packages in the background; the app works meanwhile.");
  await writeState(dataFolder, "installing", "Python packages are being installed. This takes a few minutes the first time.");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const steps: [string, string[]][] = [
    [python, ["-m", "venv", environment]],
    // On Linux the registry's default torch brings gigabytes of CUDA; a machine with a GPU gets it, others the CPU's if it is to be had.
    [trainerPython(), [...pip, "-r", join(root, "trainer", "requirements.lock")]],
    [trainerPython(), [...pip, "--no-deps", "-e", join(root, "trainer")]],
  ];
  for (const [command, args] of steps) {
    const { code, output } = await runQuietly(command, args);
    if (code === 0) continue;
    const detail = `${[command, ...args].join(" ")} failed: ${output.trim().split("\n").slice(-3).join(" ")}`;
    await writeState(dataFolder, "failed", detail);
    say(`Trainer: ${detail}`);
    return false;
  }
  writeFileSync(stamp, hash);
  await writeState(dataFolder, "installed", null);
  say("The trainer's packages are installed.");
  return true;
}

function runQuietly(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => {
      resolve({ code: -1, output: error.message });
    });
    child.on("exit", (code) => {
      resolve({ code, output });
    });
  });
}

/** Installs the trainer where needed and keeps it running. Everything else works meanwhile. */
export async function startTrainer(installation: Installation, supervisor: Supervisor, say: (text: string) => void): Promise<void> {
  if (!(await installTrainer(installation.dataFolder, say))) return;
  supervisor.start("trainer", trainerPython(), ["-m", "trainer", "serve"], {
    ...installation.environment,
    TRAINER_HOST: "127.0.0.1",
    TRAINER_PORT: String(installation.trainerPort),
    REVERIE_BUILTIN_MODEL: join(root, "trainer", "builtin", "model"),
  });
}
