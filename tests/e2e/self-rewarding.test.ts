import { afterAll, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright-core";
import type { RunView } from "@/lib/contracts/runs";
import { expectSoon, openStudio, takeScreenshot, waitUntilSaved, type Studio } from "@/tests/support/app";

let studio: Studio;
let page: Page;

beforeAll(async () => {
  studio = await openStudio();
  ({ page } = studio);
});
afterAll(() => studio.close());

const card = (title: string) => page.locator(".react-flow__node-step", { hasText: title });
const stateOf = (title: string) => card(title).getByTestId("step-state").getAttribute("data-state");

/** The latest run, as the server tells it. */
const readLatest = async (): Promise<RunView | undefined> => page.evaluate(async () => ((await (await fetch("/api/v1/runs?limit=1")).json()) as { runs: RunView[] }).runs[0]);

async function runToEnd(): Promise<RunView> {
  const before = (await readLatest())?.id;
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await expectSoon(async () => {
    const run = await readLatest();
    const failed = run?.steps.find((step) => step.state === "failed");
    if (failed) throw new Error(`${failed.title}: ${JSON.stringify(failed.error)}`);
    return run !== undefined && run.id !== before && run.endedAt !== null;
  }, { timeout: 290_000, interval: 1000 }).toBe(true);
  const run = await readLatest();
  if (!run) throw new Error("There is no run.");
  return run;
}

it("goes three rounds: answers, judges itself, is trained, and goes on with what came out", async () => {
  await page.goto(`${studio.app.url}/`);
  await page.getByRole("button", { name: /Self-rewarding/ }).click();
  await page.waitForURL(/\/workflows\//);
  await page.getByTestId("group").getByText("Three rounds").waitFor({ state: "attached" });
  const run = await runToEnd();
  expect(run.state).toBe("done");
  const trainings = run.steps.filter((step) => step.stepId === "train-dpo");
  expect(trainings.map((step) => [step.nodeId, step.state])).toEqual([["train", "done"], ["train.2", "done"], ["train.3", "done"]]);
  expect(new Set(trainings.map((step) => step.training?.modelId)).size).toBe(3);
  await expectSoon(() => stateOf("Prompt the last model")).toBe("fresh");
  await takeScreenshot(page, "self-rewarding");
});

it("is all cache the second time", async () => {
  const run = await runToEnd();
  expect(run.state).toBe("done");
  expect(run.steps.filter((step) => !step.fromCache).map((step) => step.nodeId)).toEqual([]);
});

it("leaves round one as it was when a prompt changes in round two", async () => {
  await card("First answer").click();
  await page.getByRole("combobox", { name: "Round" }).first().click();
  await page.getByRole("option", { name: "Round 2", exact: true }).click();
  await page.locator('[data-param="prompt"] .cm-content').click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Be brief.");
  await page.keyboard.press("Escape");
  await page.locator("h2", { hasText: "First answer" }).click();
  await waitUntilSaved(page);
  const run = await runToEnd();
  expect(run.state).toBe("done");
  const round = (step: RunView["steps"][number]) => step.nodeId.split(".")[1] ?? "1";
  const made = run.steps.filter((step) => !step.fromCache);
  expect(made.filter((step) => round(step) === "1").map((step) => step.nodeId)).toEqual(["try"]);
  expect(made.some((step) => step.nodeId === "first.2")).toBe(true);
  expect(made.some((step) => step.nodeId === "train.3")).toBe(true);
  expect(studio.errors).toEqual([]);
});
