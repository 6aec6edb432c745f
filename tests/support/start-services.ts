import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestProject } from "vitest/node";
import { findFreePort, startEmbeddedPostgres } from "@/lib/server/embedded-postgres";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL server on which tests make databases of their own. */
    postgresUrl: string;
    /** Null where no Redis server can be found. */
    redisUrl: string | null;
  }
}

function findOnPath(name: string): string | null {
  return (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

async function startRedis(folder: string): Promise<{ url: string; process: ChildProcess } | null> {
  const binary = findOnPath("redis-server");
  if (!binary) return null;
  const port = await findFreePort();
  const child = spawn(binary, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--maxmemory-policy", "noeviction"], { stdio: "ignore" });
  return { url: `redis://127.0.0.1:${String(port)}`, process: child };
}

/** Real services for the engine's tests: the embedded PostgreSQL, and Redis where a server can be found. */
export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "reverie-test-"));
  const postgres = await startEmbeddedPostgres(folder, { durable: false });
  const redis = await startRedis(folder);
  if (!redis) console.log("Redis was not found on PATH: the queue is tested on PostgreSQL alone.");
  project.provide("postgresUrl", postgres.url);
  project.provide("redisUrl", redis?.url ?? null);
  return async () => {
    redis?.process.kill();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
