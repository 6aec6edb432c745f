/** The web server of the served form: migrates, prints the one-time link while nobody has an account, and serves. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createSetupSecret } from "@/lib/accounts/accounts";
import { migrateQueues } from "@/lib/queues/queues";
import { openDatabase } from "@/lib/server/database";
import { readEnv } from "@/lib/server/env";
import { applyMigrations } from "@/lib/server/schema-engine";
import { root } from "./prepare.mjs";

const env = readEnv();
await applyMigrations(env.DATABASE_URL, root);
await migrateQueues({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL });
const database = openDatabase(env.DATABASE_URL, { maxConnections: 1 });
const secret = await createSetupSecret({ database });
await database.close();
if (secret) process.stdout.write(`Open this one-time link, on the address where you reach this server, to create the administrator:\n/setup?token=${secret}\n`);

const web = spawn(process.execPath, [join("node_modules", "next", "dist", "bin", "next"), "start", "-H", env.HOST, "-p", String(env.PORT)], { cwd: root, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => web.kill(signal));
web.on("exit", (code) => process.exit(code ?? 1));
