/**
 * The command line, for the same engine: runs workflow files, and makes accounts and API tokens on the server's own
 * machine. Where Reverie runs on the data folder it uses that one's database, workers and trainer; else it starts its own.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createAccount, createApiToken } from "@/lib/accounts/accounts";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { RunView } from "@/lib/contracts/runs";
import { cancelRun } from "@/lib/engine/cancel-run";
import { addWorkerResources, openResources, queueBackend } from "@/lib/engine/open-resources";
import type { SharedResources } from "@/lib/engine/resources";
import { startRun } from "@/lib/engine/start-run";
import { startWorker } from "@/lib/engine/start-worker";
import { isRunActive, readRun } from "@/lib/runs/read-run";
import { readEnv } from "@/lib/server/env";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { findRunning, openInstallation } from "./launch/installation";
import { superviseProcesses } from "./launch/supervise";
import { startTrainer } from "./launch/trainer-environment";
import { root } from "./prepare.mjs";
import { readWorkflowFile } from "./workflow-file";

const USAGE = `Usage:
  npm run reverie -- run <workflow.json> [--set <step>.<param>=<value>]… [--limit <rows>]
  npm run reverie -- account <email> <name> [--admin]        the password is read from REVERIE_PASSWORD
  npm run reverie -- token <email> <name>                    prints the token, this once

A value of --set is JSON if the parameter takes it, or else taken as text. A step is named by its id or its title.
Exit code: 0 done, 1 failed, 2 wrong use, 130 cancelled.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { set: { type: "string", multiple: true, default: [] }, limit: { type: "string" }, admin: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});
const [command, ...operands] = positionals;
const dataFolder = resolve(process.env.REVERIE_DATA ?? join(root, "data"));
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Runs `work` on the running installation, or on one of its own for as long as it takes. */
async function withResources<Result>(needsEngine: boolean, work: (resources: SharedResources) => Promise<Result>): Promise<Result> {
  const running = await findRunning(dataFolder);
  const installation = running ? null : await openInstallation(dataFolder);
  Object.assign(process.env, running ?? installation?.environment);
  const env = readEnv();
  const resources = await openResources(env, root);
  const supervisor = installation && needsEngine ? superviseProcesses({ dataFolder, say }) : null;
  if (installation && supervisor) void startTrainer(installation, supervisor, say);
  const worker = supervisor ? await startWorker(addWorkerResources(resources), queueBackend(env), env.WORKER_CHUNKS) : null;
  try {
    return await work(resources);
  } finally {
    await worker?.close();
    await supervisor?.stop();
    await resources.close();
    await installation?.stop();
  }
}

function showProgress(run: RunView): string {
  return run.steps
    .filter((step) => step.state !== "waiting" || step.waitsFor)
    .map((step) => {
      const left = step.secondsLeft === null ? "" : `, ${String(Math.ceil(step.secondsLeft))} s left`;
      const training = step.training?.totalSteps ? ` step ${String(step.training.step)}/${String(step.training.totalSteps)}` : "";
      const failed = step.failed > 0 ? `, ${String(step.failed)} failed` : "";
      return `${step.title}: ${step.waitsFor ? `waits for the ${step.waitsFor}` : step.state} ${String(step.rowsDone)}/${String(step.rowsTotal ?? "?")}${training}${failed}${left}`;
    })
    .join(" · ");
}

async function runDocument(resources: SharedResources, document: WorkflowDocument): Promise<number> {
  const rowLimit = values.limit === undefined ? null : Number(values.limit);
  const runId = await startRun(resources, { workflowId: null, document, target: { kind: "all" }, rowLimit });
  process.once("SIGINT", () => void cancelRun(resources, runId).catch(() => undefined));
  let shown = "";
  for (;;) {
    const run = await readRun(resources, runId);
    const text = showProgress(run);
    if (text !== shown) say((shown = text));
    if (!isRunActive(run)) return report(run);
    await new Promise((wake) => setTimeout(wake, 300));
  }
}

function report(run: RunView): number {
  for (const step of run.steps) if (step.error) say(`${step.title}: ${step.error.message}`);
  process.stdout.write(`${JSON.stringify(run)}\n`);
  return run.state === "done" ? 0 : run.state === "cancelled" ? 130 : 1;
}

async function makeAccount(resources: SharedResources, email: string, name: string): Promise<number> {
  const password = process.env.REVERIE_PASSWORD ?? "";
  if (password.length < 10) throw new AppError("invalid_request", { detail: "give a password of at least 10 characters in REVERIE_PASSWORD" });
  const person = await createAccount(resources, { email, name, password }, values.admin);
  process.stdout.write(`${person.id}\n`);
  return 0;
}

async function makeToken(resources: SharedResources, email: string, name: string): Promise<number> {
  const user = await resources.database.prisma.user.findUnique({ where: { email: email.toLowerCase() } });
  if (!user) throw new AppError("not_found", { what: "account", id: email });
  process.stdout.write(`${(await createApiToken(resources, user.id, name)).secret}\n`);
  return 0;
}

async function main(): Promise<number> {
  const [first, second] = operands;
  if (command === "run" && first) {
    // Before anything is started: a wrong file is told at once.
    const document = await readWorkflowFile(first, values.set);
    return withResources(true, (resources) => runDocument(resources, document));
  }
  if (command === "account" && first && second) return withResources(false, (resources) => makeAccount(resources, first, second));
  if (command === "token" && first && second) return withResources(false, (resources) => makeToken(resources, first, second));
  process.stderr.write(USAGE);
  return values.help ? 0 : 2;
}

try {
  process.exit(await main());
} catch (error) {
  say(isAppError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(isAppError(error) && error.status < 500 ? 2 : 1);
}
