import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectFolder } from "./test-engine";

/** The trainer's Python, where it is installed. */
const trainerPython = join(projectFolder, "trainer", ".venv", "bin", "python");

export const hasTrainerPython = existsSync(trainerPython);
if (!hasTrainerPython) console.log("trainer/.venv is not installed: what Python's own clients read from the Hub is not tested.");

/** Runs a script against a Hub, with caches of its own. Gives what it printed. */
export async function runPython(script: string, { hubUrl, token, folder }: { hubUrl: string; token: string; folder: string }): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, HF_HOME: folder, HF_ENDPOINT: hubUrl, HF_TOKEN: token, HF_HUB_DISABLE_XET: "1", HF_HUB_DISABLE_TELEMETRY: "1", HF_HUB_DISABLE_PROGRESS_BARS: "1", TRANSFORMERS_VERBOSITY: "error", NODE_ENV: process.env.NODE_ENV };
  const { stdout } = await promisify(execFile)(trainerPython, ["-W", "ignore", "-c", script], { env, timeout: 110_000, maxBuffer: 10_000_000 });
  return stdout;
}
