import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSecret } from "@/lib/core/ids";
import { migrateQueues } from "@/lib/queues/queues";
import { findFreePort, startEmbeddedPostgres } from "@/lib/server/embedded-postgres";
import { applyMigrations } from "@/lib/server/schema-engine";
import { root } from "../prepare.mjs";

/** The environment that every part of an installation is started with. */
export interface Installation {
  dataFolder: string;
  environment: NodeJS.ProcessEnv & { DATABASE_URL: string; REVERIE_DATA: string; TRAINER_URL: string; TRAINER_TOKEN: string };
  trainerPort: number;
  stop(): Promise<void>;
}

async function readOrCreateSecret(dataFolder: string, name: string): Promise<string> {
  const path = join(dataFolder, "secrets", name);
  if (!existsSync(path)) await writeFile(path, createSecret(), { mode: 0o600 });
  return (await readFile(path, "utf8")).trim();
}

const TRAINER_PORTS = { from: 20_000, count: 10_000 };

/**
 * A port for the trainer, which takes it minutes later where it has to be installed first: one below those that systems give
 * out by themselves, and not the web server's, which is not taken yet either.
 */
async function findTrainerPort(): Promise<number> {
  for (;;) {
    const port = TRAINER_PORTS.from + Math.floor(Math.random() * TRAINER_PORTS.count);
    if (String(port) === process.env.PORT) continue;
    const free = await findFreePort(port).catch(() => null);
    if (free !== null) return free;
  }
}

function commandOf(pid: number): string {
  return spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
}

interface Running {
  launcher: number;
  /** Process id of each part. */
  parts: Record<string, number>;
}

async function readRunning(dataFolder: string): Promise<Running | null> {
  const path = join(dataFolder, "processes.json");
  return existsSync(path) ? (JSON.parse(await readFile(path, "utf8")) as Running) : null;
}

/** Environment of the Reverie that runs on this data folder now, or null. */
export async function findRunning(dataFolder: string): Promise<Installation["environment"] | null> {
  const running = await readRunning(dataFolder);
  if (!running || running.launcher === process.pid || !/launch\.ts|reverie\.ts/.test(commandOf(running.launcher))) return null;
  return JSON.parse(await readFile(join(dataFolder, "secrets", "environment.json"), "utf8")) as Installation["environment"];
}

/** A launcher that was killed leaves its parts behind; they would hold the port and the database. */
async function stopLeftovers(dataFolder: string): Promise<void> {
  const running = await readRunning(dataFolder);
  for (const pid of Object.values(running?.parts ?? {})) {
    if (!/next|workers\/main|-m trainer/.test(commandOf(pid))) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in between.
    }
  }
  await rm(join(dataFolder, "processes.json"), { force: true });
}

/** Data folder, database, migrations and secrets. The caller has made sure that no other Reverie runs on the folder. */
export async function openInstallation(dataFolder: string): Promise<Installation> {
  await mkdir(join(dataFolder, "secrets"), { recursive: true });
  await chmod(join(dataFolder, "secrets"), 0o700);
  await mkdir(join(dataFolder, "inbox"), { recursive: true });
  await stopLeftovers(dataFolder);
  // What a killed process left unfinished; nothing in it is named by a table.
  await rm(join(dataFolder, "tmp"), { recursive: true, force: true });
  const given = process.env.DATABASE_URL;
  const postgres = given ? null : await startEmbeddedPostgres(dataFolder, { durable: true });
  const databaseUrl = given ?? postgres?.url ?? "";
  await applyMigrations(databaseUrl, root);
  await migrateQueues({ databaseUrl, redisUrl: process.env.REDIS_URL });
  const trainerPort = await findTrainerPort();
  const chosen = {
    DATABASE_URL: databaseUrl,
    REVERIE_DATA: dataFolder,
    TRAINER_URL: `http://127.0.0.1:${String(trainerPort)}`,
    TRAINER_TOKEN: await readOrCreateSecret(dataFolder, "trainer.token"),
  };
  await writeFile(join(dataFolder, "secrets", "environment.json"), JSON.stringify(chosen), { mode: 0o600 });
  return { dataFolder, environment: { ...process.env, ...chosen }, trainerPort, stop: async () => postgres?.stop() };
}
