/** Makes the trainer's virtual environment, with what its tests need as well when asked by `--dev`. */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installTrainer, trainerPython } from "./launch/trainer-environment";
import { hashFiles, once, root, runOrExit } from "./prepare.mjs";

const state = join(tmpdir(), "reverie-install");
await mkdir(state, { recursive: true });
const installed = await installTrainer(state, (text) => void process.stderr.write(`${text}\n`));
if (!installed) process.exit(1);
if (process.argv.includes("--dev")) {
  once("trainer/.venv/reverie-dev", hashFiles(["trainer/pyproject.toml", "trainer/requirements.lock"]), () => {
    runOrExit("pip install", trainerPython(), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", `${join(root, "trainer")}[dev]`]);
  });
}
