import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAdministrator, openBrowser, startApp, takeScreenshot, type RunningApp, type TestBrowser } from "@/tests/support/app";

let app: RunningApp;
let browser: TestBrowser;

beforeAll(async () => {
  // Where `npm test` runs alone the trainer's packages are there already; the app would install them by itself.
  app = await startApp();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

it("runs the paper's first example from the one-time link to a trained model that answers", async () => {
  const { page } = browser;
  await createAdministrator(app, page);
  await page.locator(".react-flow__node").first().waitFor();
  await takeScreenshot(page, "example-before");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByTestId("run-progress").waitFor();
  await takeScreenshot(page, "example-during");
  const states = () => page.getByTestId("step-state").evaluateAll((marks) => marks.map((mark) => mark.getAttribute("data-state")));
  await expect.poll(states, { timeout: 240_000, interval: 500 }).toEqual(["fresh", "fresh", "fresh", "fresh", "fresh"]);
  await takeScreenshot(page, "example-after");

  for (const [title, port, rows] of [["Generate abstracts", "Rows", "60"], ["Tweet each abstract", "Replies", "60"], ["Hold some out", "Train", "54"]] as const) {
    await page.locator(".react-flow__node", { hasText: title }).click();
    await page.getByRole("tab", { name: new RegExp(`^${port}.*${rows}`) }).waitFor();
  }
  await page.locator(".react-flow__node", { hasText: "Tweet each abstract" }).click();
  const grid = page.getByRole("grid").last();
  await grid.getByRole("row").nth(1).getByRole("gridcell").nth(1).click();
  const drawer = page.getByRole("complementary", { name: /Row 1/ });
  await drawer.getByText("Given the abstract, write a tweet to summarize the work.").first().waitFor();
  await takeScreenshot(page, "row-drawer");
  await page.keyboard.press("Escape");

  await page.locator(".react-flow__node", { hasText: "Train the tweet writer" }).click();
  await page.getByTestId("loss-plot").waitFor();
  expect(Number(await page.getByTestId("loss-plot").getAttribute("data-points"))).toBeGreaterThan(5);
  await takeScreenshot(page, "training-plot");
  await page.getByRole("link", { name: "Open the model and prompt it" }).click();
  await page.getByLabel("Prompt", { exact: true }).fill("We propose a neural method for summarization that improves ROUGE by two points.");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(async () => ((await page.getByTestId("model-reply").textContent()) ?? "").length, { timeout: 120_000 }).toBeGreaterThan(20);
  await takeScreenshot(page, "model-page");

  await page.getByRole("link", { name: "Compare with its base" }).click();
  await page.waitForURL(/\/playground\?left=local%2Fbuiltin&right=local%2Ftrained/);
  await page.getByRole("textbox", { name: "Prompt 1" }).fill("We propose a neural method for summarization.");
  await page.getByRole("button", { name: "Add a prompt" }).click();
  await page.getByRole("textbox", { name: "Prompt 2" }).fill("We study how birds learn to sing.");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (!new URL(request.url()).pathname.endsWith("/api/v1/prompt")) return;
    const { model, prompt } = request.postDataJSON() as { model: { model: string }; prompt: string };
    asked.push(`${model.model.split(":")[0] ?? ""}: ${prompt}`);
  });
  await page.getByRole("textbox", { name: "Prompt 2" }).press("Control+Enter");
  await expect.poll(() => page.getByTestId("answer").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-state"))), { timeout: 120_000 }).toEqual(["answered", "answered", "answered", "answered"]);
  // The two may well say the same of what the training was not about; that both were asked both is what counts.
  const prompts = ["We propose a neural method for summarization.", "We study how birds learn to sing."];
  expect(asked.sort()).toEqual(["builtin", "trained"].flatMap((model) => prompts.map((prompt) => `${model}: ${prompt}`)));
  expect((await page.getByTestId("answer-text").allTextContents()).every((text) => text.length > 0)).toBe(true);
  await page.getByText(/tokens in, \d+ out/).first().waitFor();
  await takeScreenshot(page, "playground");
  await page.reload();
  expect(await page.getByRole("textbox", { name: "Prompt 2" }).inputValue()).toBe("We study how birds learn to sing.");
  expect(browser.errors).toEqual([]);
});

it("runs again without a call", async () => {
  const { page } = browser;
  await page.goto(`${app.url}/`);
  await page.locator('main a[href^="/workflows/"]').first().click();
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  const result = await page.evaluate(async () => {
    const { workflows } = (await (await fetch("/api/v1/workflows")).json()) as { workflows: { id: string }[] };
    const started = (await (await fetch(`/api/v1/workflows/${workflows[0]?.id ?? ""}/runs`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })).json()) as { id: string };
    for (;;) {
      const run = (await (await fetch(`/api/v1/runs/${started.id}`)).json()) as { state: string; steps: { calls: number; fromCache: boolean }[] };
      if (run.state !== "running") return run;
    }
  });
  expect(result.state).toBe("done");
  expect(result.steps.every((step) => step.calls === 0 && step.fromCache)).toBe(true);
});

it("stops cleanly and starts again with everything there", async () => {
  const parts = await app.readParts();
  expect(Object.keys(parts).sort()).toEqual(["trainer", "web", "worker"]);
  const ended = new Promise((resolve) => app.launcher.once("exit", resolve));
  app.launcher.kill("SIGINT");
  await ended;
  for (const pid of Object.values(parts)) expect(spawnSync("kill", ["-0", String(pid)]).status).not.toBe(0);
  const again = await startApp({ dataFolder: app.dataFolder });
  expect(again.setupUrl).not.toContain("token=");
  expect(await readFile(`${app.dataFolder}/secrets/key`, "utf8")).toBeTruthy();
  const { page } = browser;
  await page.goto(again.url);
  await page.locator('main a[href^="/workflows/"]').first().waitFor();
  await again.stop();
});
