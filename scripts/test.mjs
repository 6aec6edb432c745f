/**
 * `npm test`: sets up and runs every check. Quiet while all is well; what fails is shown whole. The last line sums up over
 * all suites: `N passed, N failed, N skipped`. A name or two as arguments runs only those suites.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { delimiter, join } from "node:path";
import { prepare, root } from "./prepare.mjs";

const reports = join(root, ".cache", "test-reports");
const only = new Set(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: 0 };
const node = process.execPath;
const bin = (name, file) => join("node_modules", name, file);
const startedAt = Date.now();

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs a command and gives its status and output. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ status: 1, output: String(error) }));
    child.on("exit", (status) => resolve({ status: status ?? 1, output }));
  });
}

function count(name, { passed, failed, skipped }, seconds) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  say(`${failed > 0 ? "✕" : "✓"} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`);
}

/** A command that is one check: it passes or it fails. */
async function check(name, command, args) {
  if (only.size > 0 && !only.has(name) && !only.has("checks")) return;
  const since = Date.now();
  const { status, output } = await run(command, args);
  count(name, { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }, Math.round((Date.now() - since) / 1000));
  if (status !== 0) say(output);
}

async function vitest(project, env = {}) {
  if (only.size > 0 && !only.has(project)) return;
  const since = Date.now();
  const report = join(reports, `${project}.json`);
  const args = [bin("vitest", "vitest.mjs"), "run", "--project", project, "--reporter=json", `--outputFile=${report}`];
  const { status, output } = await run(node, args, env);
  const seconds = Math.round((Date.now() - since) / 1000);
  if (!existsSync(report)) {
    count(project, { passed: 0, failed: 1, skipped: 0 }, seconds);
    say(output);
    return;
  }
  const result = JSON.parse(readFileSync(report, "utf8"));
  const brokenFiles = result.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = result.numFailedTests + brokenFiles.length;
  const skipped = result.numPendingTests + (result.numTodoTests ?? 0);
  count(project, { passed: result.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed, skipped }, seconds);
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === "failed") say(`  ✕ ${file.name.replace(`${root}/`, "")} > ${test.fullName}\n${test.failureMessages.join("\n")}`);
      if (test.status === "pending" || test.status === "skipped") say(`  - skipped: ${test.fullName}`);
    }
  }
  for (const file of brokenFiles) say(`  ✕ ${file.name}\n${file.message}`);
  for (const line of output.split("\n")) if (/not found on PATH|is not there|skipped:/.test(line)) say(`  ${line.trim()}`);
  if (failed === 0 && status !== 0) say(output);
}

async function pytest() {
  if (only.size > 0 && !only.has("trainer")) return;
  const since = Date.now();
  const seconds = () => Math.round((Date.now() - since) / 1000);
  const installed = await trainerInstalled;
  if (installed.status !== 0) {
    count("trainer", { passed: 0, failed: 1, skipped: 0 }, seconds());
    say(installed.output);
    return;
  }
  const report = join(reports, "trainer.xml");
  // Most of these tests start processes of one thread and wait for them, so a test more than there are cores, as with the engine's.
  const workers = String(Math.min(3, cpus().length + 1));
  const { status, output } = await run(node, ["--import", "tsx", "scripts/run-pytest.ts", `--junitxml=${report}`, "-rs", "-n", workers, "--dist", "worksteal"]);
  const xml = existsSync(report) ? readFileSync(report, "utf8") : "";
  const number = (name) => Number(new RegExp(`<testsuite [^>]*${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const failed = number("failures") + number("errors");
  const skipped = number("skipped");
  count("trainer", { passed: number("tests") - failed - skipped, failed: failed === 0 && status !== 0 ? 1 : failed, skipped }, seconds());
  if (status !== 0) say(output);
  else for (const line of output.split("\n")) if (line.startsWith("SKIPPED")) say(`  ${line}`);
}

/** Chromium from PATH; on a Debian machine where we may, it is installed from Debian's packages. */
function findChromium() {
  const find = () =>
    process.env.CHROMIUM_PATH ??
    (process.env.PATH ?? "").split(delimiter).flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name))).find((path) => existsSync(path));
  const found = find();
  if (found || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return found ?? null;
  say("Installing Chromium from Debian's packages…");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { env });
  spawnSync("apt-get", ["install", "-y", "-qq", "chromium"], { env });
  return find() ?? null;
}

prepare();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

// Downloads go on beside the checks; the engine's tests use Python's own Hub clients, so they wait for it too.
const wantsTrainer = only.size === 0 || only.has("trainer") || only.has("engine") || only.has("browser");
const trainerInstalled = wantsTrainer ? run(node, ["--import", "tsx", "scripts/install-trainer.ts", "--dev"]) : Promise.resolve({ status: 0, output: "" });

// Route types come from Next; a bare clone has none yet.
if (["types", "lint", "checks"].some((name) => only.size === 0 || only.has(name))) await run(node, [bin("next", "dist/bin/next"), "typegen"]);
// Each of them works on one core, and both lines take about as long.
await Promise.all([
  (async () => {
    await check("types", node, [bin("typescript", "bin/tsc"), "--noEmit", "-p", "."]);
    await check("boundaries", node, [bin("dependency-cruiser", "bin/dependency-cruise.mjs"), "app", "components", "lib", "workers", "scripts", "tests", "bench", "--config", ".dependency-cruiser.cjs"]);
    await check("dead-code", node, [bin("knip", "bin/knip.js")]);
  })(),
  (async () => {
    await check("catalogue", node, ["--import", "tsx", "scripts/generate-catalogue.ts", "--check"]);
    await check("contracts", node, ["--import", "tsx", "scripts/generate-contracts.ts", "--check"]);
    await check("lint", node, [bin("eslint", "bin/eslint.js"), ".", "--max-warnings", "0", "--cache", "--cache-location", ".cache/eslint"]);
  })(),
]);
await vitest("unit");
await trainerInstalled;
await vitest("engine");
await pytest();
const chromium = only.size === 0 || only.has("browser") ? findChromium() : null;
if (chromium) await vitest("browser", { CHROMIUM_PATH: chromium });
else if (only.size === 0 || only.has("browser")) {
  total.skipped += 1;
  say("- browser: skipped, because Chromium was not found. Install it, or name it in CHROMIUM_PATH.");
}

say(`On ${cpus().length} cores in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
