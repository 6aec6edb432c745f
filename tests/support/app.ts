import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { findFreePort } from "@/lib/server/embedded-postgres";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";

const projectFolder = join(import.meta.dirname, "..", "..");

/** This process's environment without what the test runner put there. */
function cleanEnvironment(added: Record<string, string>): NodeJS.ProcessEnv {
  const dropped = new Set(["DATABASE_URL", "REDIS_URL", "NODE_ENV", "VITEST"]);
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.has(name))), ...added } as NodeJS.ProcessEnv;
}

export interface RunningApp {
  url: string;
  /** The one-time link that was printed. */
  setupUrl: string;
  dataFolder: string;
  launcher: ChildProcess;
  /** Process ids of web, worker and trainer, as the launcher knows them now. */
  readParts(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

/** Runs `npm start`'s own command on a data folder, and waits for what it prints. */
export async function startApp(options: { dataFolder?: string } = {}): Promise<RunningApp> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "reverie-app-")));
  const port = await findFreePort();
  const launcher = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: projectFolder,
    // Two journeys run at once: torch's threads of both would wait for each other's cores.
    env: cleanEnvironment({ PORT: String(port), REVERIE_DATA: dataFolder, OMP_NUM_THREADS: "1" }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const printed = await new Promise<string>((resolve, reject) => {
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = /Reverie is ready[^]*?(http:\S+)/.exec(output);
      if (match?.[1]) resolve(match[1]);
    };
    launcher.stdout.on("data", keep);
    launcher.stderr.on("data", keep);
    launcher.once("exit", (code) => {
      reject(new Error(`the app ended (${String(code)}): ${output}`));
    });
  });
  return {
    url: new URL(printed).origin,
    setupUrl: printed,
    dataFolder,
    launcher,
    async readParts() {
      return (JSON.parse(await readFile(join(dataFolder, "processes.json"), "utf8")) as { parts: Record<string, number> }).parts;
    },
    async stop() {
      if (launcher.exitCode === null && launcher.signalCode === null) {
        const ended = new Promise((resolve) => launcher.once("exit", resolve));
        launcher.kill("SIGINT");
        await ended;
      }
      if (!options.dataFolder) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

export interface TestBrowser {
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** Errors that the page threw or the console showed. */
  errors: string[];
  close(): Promise<void>;
}

/** Chromium, at the size of a small laptop. A screenshot goes to `.cache/screenshots`. */
export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  return { browser, context, page, errors, close: () => browser.close() };
}

export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const folder = join(projectFolder, ".cache", "screenshots");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** As long as a journey waits for anything. It ends a test that hangs; a machine under load may take a while. */
const PATIENCE_MS = 120_000;

/** Waits until the page shows what is expected. */
export const expectSoon: typeof expect.poll = (read, options) => expect.poll(read, { timeout: PATIENCE_MS, ...options });

/** Follows the one-time link and makes the administrator, who lands on the canvas. */
export async function createAdministrator(app: RunningApp, page: Page): Promise<void> {
  await page.goto(app.setupUrl);
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/workflows\//);
}

export interface Studio extends TestBrowser {
  app: RunningApp;
  /** Cancels what a journey left running and waits until it has ended, so that the next one finds the app as it is when new. */
  endRuns(): Promise<void>;
}

/** An app of its own, with its administrator in a browser. Closing it stops both. */
export async function openStudio(): Promise<Studio> {
  const app = await startApp();
  const browser = await openBrowser();
  await createAdministrator(app, browser.page);
  return {
    ...browser,
    app,
    endRuns: () => endRuns(browser.page),
    async close() {
      await browser.close();
      await app.stop();
    },
  };
}

/** What the API answers to the signed-in page. */
export function callPage<Reply>(page: Page, path: string, body?: unknown): Promise<Reply> {
  return page.evaluate(
    async ([to, sent]) => {
      const options = sent === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(sent) };
      return (await (await fetch(`/api/v1${to}`, options)).json()) as never;
    },
    [path, body] as const,
  );
}

async function endRuns(page: Page): Promise<void> {
  const open = async () => {
    const { runs } = await callPage<{ runs: { id: string; state: string }[] }>(page, "/runs");
    return runs.filter(({ state }) => ["running", "paused", "cancelling"].includes(state));
  };
  for (const { id, state } of await open()) if (state !== "cancelling") await callPage(page, `/runs/${id}/cancel`, {});
  await expectSoon(async () => (await open()).length).toBe(0);
}

/** Makes a connection to a stand-in for a server of models. Returns its id. */
export async function addConnection(page: Page, name: string, baseUrl: string, models: Record<string, unknown>[] = [{ id: "stub-model" }], concurrency = 16): Promise<string> {
  const reply = await callPage<{ id?: string }>(page, "/connections", { name, provider: "openai-compatible", baseUrl, models, concurrency });
  if (!reply.id) throw new Error(JSON.stringify(reply));
  return reply.id;
}

/** Runs a workflow to its end, without the canvas. */
export async function runToEnd(page: Page, workflowId: string): Promise<void> {
  const { id } = await callPage<{ id: string }>(page, `/workflows/${workflowId}/runs`, {});
  await expectSoon(async () => (await callPage<{ state: string }>(page, `/runs/${id}`)).state).toBe("done");
}

interface NewStep {
  id: string;
  step: string;
  params?: Record<string, unknown>;
  title?: string;
  at?: [number, number];
  group?: string;
}

/** Makes a workflow through the API of the signed-in page, without opening it. Wires are `from.port > to.port`. */
export async function createWorkflow(page: Page, name: string, steps: NewStep[] = [], wires: string[] = [], groups: WorkflowDocument["groups"] = []): Promise<string> {
  const nodes = steps.map(({ id, step, title, params = {}, at, group }, index) => ({
    id,
    step,
    title: title ?? id,
    params: { ...stepDefinitions[step as keyof typeof stepDefinitions].defaults, ...params },
    position: { x: at?.[0] ?? index * 288, y: at?.[1] ?? 0 },
    disabled: false,
    group: group ?? null,
  }));
  const edges = wires.map((wire, index) => {
    const [from = "", to = ""] = wire.split(" > ");
    const end = (text: string) => ({ node: text.split(".")[0], port: text.split(".")[1] });
    return { id: `e${String(index)}`, from: end(from), to: end(to) };
  });
  return (await callPage<{ id: string }>(page, "/workflows", { document: { version: 1, name, nodes, edges, groups } })).id;
}

/** Makes a workflow and opens it on the canvas. */
export async function openWorkflow(page: Page, name: string, steps: NewStep[] = [], wires: string[] = []): Promise<string> {
  const id = await createWorkflow(page, name, steps, wires);
  await showWorkflow(page, id, steps.length);
  return id;
}

/** Opens a workflow on the canvas, and waits until its steps are drawn. */
export async function showWorkflow(page: Page, id: string, steps: number): Promise<void> {
  await page.goto(new URL(`/workflows/${id}`, page.url()).href);
  await page.getByTestId("save-state").waitFor();
  await page.locator(".react-flow__node").nth(Math.max(0, steps - 1)).waitFor({ state: steps > 0 ? "visible" : "detached" });
}

export async function waitUntilSaved(page: Page): Promise<void> {
  await page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();
}

/** The workflow as the server has it. */
export async function readWorkflow(page: Page, id: string): Promise<WorkflowDocument> {
  return (await callPage<{ document: WorkflowDocument }>(page, `/workflows/${id}`)).document;
}
