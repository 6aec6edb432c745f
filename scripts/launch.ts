/**
 * Starts every part of Reverie on this machine and keeps it running: PostgreSQL (unless DATABASE_URL is given), web server,
 * worker and trainer. A part that dies is started again; Ctrl-C stops all of them.
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createSetupSecret } from "@/lib/accounts/accounts";
import { openDatabase } from "@/lib/server/database";
import { workerArguments } from "@/workers/command";
import { findRunning, openInstallation } from "./launch/installation";
import { superviseProcesses } from "./launch/supervise";
import { startTrainer } from "./launch/trainer-environment";
import { buildWeb, next, root } from "./prepare.mjs";

const host = process.env.HOST ?? "127.0.0.1";
const port = Number(process.env.PORT ?? 3000);
const dataFolder = resolve(process.env.REVERIE_DATA ?? join(root, "data"));
const development = process.argv.includes("--dev");
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const stopping: (() => Promise<void>)[] = [];
let isStopping = false;
async function stopAll(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  say("Stopping…");
  for (const stop of stopping.reverse()) await stop();
  await rm(join(dataFolder, "processes.json"), { force: true });
  process.exit(0);
}
process.on("SIGINT", () => void stopAll());
process.on("SIGTERM", () => void stopAll());

if (await findRunning(dataFolder)) {
  say(`Reverie already runs on ${dataFolder}.`);
  process.exit(1);
}
const installation = await openInstallation(dataFolder);
stopping.push(() => installation.stop());

if (!development) buildWeb(say);

const database = openDatabase(installation.environment.DATABASE_URL, { maxConnections: 1 });
const setupSecret = await createSetupSecret({ database });
await database.close();

const supervisor = superviseProcesses({ dataFolder, say });
stopping.push(() => supervisor.stop());
const environment = { ...installation.environment, HOST: host, PORT: String(port) };
supervisor.start("web", process.execPath, [next, development ? "dev" : "start", "-H", host, "-p", String(port)], environment);
supervisor.start("worker", process.execPath, [...workerArguments], environment);
void startTrainer(installation, supervisor, say);

const address = `http://${host === "0.0.0.0" || host === "::" ? "localhost" : host}:${String(port)}`;
for (let tries = 0; tries < 240; tries += 1) {
  const answered = await fetch(`${address}/api/v1/health`).then((response) => response.ok, () => false);
  if (answered) {
    const text = setupSecret ? `Open this one-time link to create the administrator:\n${address}/setup?token=${setupSecret}` : address;
    process.stdout.write(`\nReverie is ready. ${text}\n\n`);
    break;
  }
  await new Promise((wake) => setTimeout(wake, 250));
}
