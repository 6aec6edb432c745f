/** Runs the trainer's tests, or the files of them that are named, with a PostgreSQL of their own. Arguments go to pytest. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@/lib/server/embedded-postgres";
import { trainerPython } from "./launch/trainer-environment";
import { root } from "./prepare.mjs";

const folder = await mkdtemp(join(tmpdir(), "reverie-pytest-"));
const postgres = await startEmbeddedPostgres(folder, { durable: false });
const own = process.argv.slice(2);
const files = own.some((argument) => existsSync(join(root, argument.replace(/::.*/, "")))) ? [] : ["trainer/tests"];
const { status } = spawnSync(trainerPython(), ["-m", "pytest", ...files, "-q", ...own], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, TEST_DATABASE_URL: postgres.url, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" },
});
await postgres.stop();
await rm(folder, { recursive: true, force: true });
process.exit(status ?? 1);
