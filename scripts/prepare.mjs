/**
 * What has to be there before any TypeScript of this project can run: node modules, and the generated Prisma client.
 * Plain JavaScript without dependencies, because it runs first on a fresh machine.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const windows = process.platform === "win32";

/** SHA-256 over files and folders (their files, by name), relative to the project. */
export function hashFiles(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    const entries = readdirSyncOrNull(full);
    if (!entries) {
      hash.update(path).update("\0").update(readFileSync(full)).update("\0");
      return;
    }
    for (const name of entries.sort()) if (name !== "node_modules" && name !== "__pycache__") add(join(path, name));
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

function readdirSyncOrNull(path) {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}

/** Runs `work` unless the stamp says it was done for this hash. */
export function once(stamp, hash, work) {
  const path = join(root, stamp);
  if (existsSync(path) && readFileSync(path, "utf8") === hash) return false;
  work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, hash);
  return true;
}

/** Runs a command; its output is shown only where it fails. */
export function runOrExit(what, command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024, shell: windows, ...options });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}\n${what} failed.\n`);
  process.exit(1);
}

export function prepare() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`Reverie needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
    process.exit(1);
  }
  once("node_modules/.reverie-lock", hashFiles(["package-lock.json"]), () => {
    process.stderr.write("Installing node modules…\n");
    runOrExit("npm ci", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  });
  once("lib/server/prisma-client/.schema", hashFiles(["prisma/schema", "package-lock.json"]), () => {
    // The native engine is never called; naming any executable keeps the command from looking for it on the network.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
    runOrExit("prisma generate", process.execPath, [join("node_modules", "prisma", "build", "index.js"), "generate"], { env });
  });
}

const WEB_INPUTS = ["app", "components", "lib", "messages", "public", "next.config.js", "postcss.config.mjs", "tsconfig.json", "package-lock.json"];
export const next = join("node_modules", "next", "dist", "bin", "next");

/** Builds the web server's files, unless those that are there were built of the same sources. */
export function buildWeb(say) {
  once(".next/reverie-build", hashFiles(WEB_INPUTS), () => {
    say("Building…");
    // Whatever a shell or a test runner says of itself, what is built is what is served.
    runOrExit("next build", process.execPath, [next, "build"], { env: { ...process.env, NODE_ENV: "production" } });
  });
}
