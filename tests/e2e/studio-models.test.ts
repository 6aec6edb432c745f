import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { addConnection, expectSoon, openStudio, openWorkflow, readWorkflow, type Studio } from "@/tests/support/app";
import { chatError, startChatServer, type ChatServer } from "@/tests/support/chat-server";

let studio: Studio;
let page: Page;
let chat: ChatServer;
/** A server that journeys ask, each by its own workflow. */
let connection: string;
/** Answers that a journey holds back. */
const held: (() => void)[] = [];

beforeAll(async () => {
  chat = await startChatServer();
  studio = await openStudio();
  ({ page } = studio);
  connection = await addConnection(page, "Stub", chat.url);
});
beforeEach(() => {
  studio.errors.length = 0;
  chat.calls.length = 0;
  chat.answer = (call) => `reply to: ${call.body.messages.at(-1)?.content ?? ""}`;
});
afterEach(async () => {
  for (const answer of held.splice(0)) answer();
  await studio.endRuns();
});
afterAll(async () => {
  await studio.close();
  await chat.close();
});

const card = (on: Page, title: string) => on.locator(".react-flow__node", { hasText: title });
const stateOf = (on: Page, title: string) => card(on, title).getByTestId("step-state").getAttribute("data-state");
const numbers = (count: number) => ({ columns: [{ name: "number", type: "text" }], rows: Array.from({ length: count }, (_, index) => [`number ${String(index + 1)}`]) });

/** A table of `count` rows, each asked about. */
function openAsking(name: string, count: number, prompt: string, asked = connection): Promise<string> {
  const steps = [
    { id: "numbers", step: "type-table", title: "Numbers", params: { table: numbers(count) } },
    { id: "ask", step: "prompt", title: "Ask", params: { prompt, model: { connection: asked, model: "stub-model" } } },
  ];
  return openWorkflow(page, name, steps, ["numbers.output > ask.input"]);
}

it("tests a connection, explains what is wrong with it, and takes another price than the list's", async () => {
  await page.goto(`${studio.app.url}/connections`);
  await page.getByRole("button", { name: "Add a connection" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Local server");
  await dialog.getByRole("combobox", { name: "Provider" }).click();
  await page.getByRole("option", { name: "OpenAI-compatible server" }).click();
  await dialog.getByLabel("Base URL").fill(chat.url);
  await dialog.getByRole("button", { name: "Add a model" }).click();
  await dialog.getByRole("textbox", { name: "Model name" }).fill("stub-model");
  await dialog.getByRole("button", { name: "Save" }).click();
  const own = page.getByRole("listitem").filter({ hasText: "Local server" });
  await own.getByRole("button", { name: "Test" }).click();
  await own.getByText(/It works/).waitFor();
  await own.getByText("The server lists 1 model: stub-model").waitFor();
  chat.answer = () => chatError(401, "Incorrect API key provided");
  await own.getByRole("button", { name: "Test" }).click();
  await expectSoon(() => own.getByRole("alert").textContent()).toMatch(/key/i);
  const prices = own.getByRole("list", { name: "Models and prices" });
  await prices.getByRole("button", { name: "no price" }).waitFor();
  await own.getByRole("button", { name: "Edit" }).click();
  await dialog.getByRole("textbox", { name: "Input price", exact: true }).fill("2.5");
  await dialog.getByRole("textbox", { name: "Output price" }).fill("10");
  await dialog.getByRole("textbox", { name: "Output price" }).blur();
  await dialog.getByRole("button", { name: "own price" }).waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  await prices.getByText("$2.50 in · $2.50 cached · $10.00 out").waitFor();
  await prices.getByRole("button", { name: "own price" }).waitFor();
});

it("says beside Run what it would cost, and replaces a model in every step at once", async () => {
  const priced = await addConnection(page, "Priced", chat.url, [{ id: "stub-model", inputPrice: 2.5, outputPrice: 10 }]);
  const prompt = (title: string, model: string, at: number) => ({ id: title.toLowerCase(), step: "prompt", title, at: [at, 0] as [number, number], params: { prompt: "Say {number}", maxTokens: 100, model: { connection: priced, model }, replyColumn: title } });
  const table = { id: "numbers", step: "type-table", title: "Numbers", params: { table: numbers(100) } };
  const id = await openWorkflow(page, "Models", [table, prompt("Ask", "stub-model", 300), prompt("Judge", "stub-model", 600), prompt("Check", "other", 900)], ["numbers.output > ask.input", "ask.output > judge.input", "judge.output > check.input"]);
  // 300 calls; two steps of 100 rows at 100 tokens and $10, and their prompts; the third has no price.
  const estimate = page.getByRole("button", { name: /A run would take: 300 calls ≥ \$0\.20/ });
  await estimate.hover();
  await page.getByRole("tooltip").getByText("no price").first().waitFor();
  await card(page, "Ask").click();
  await page.keyboard.press("Control+k");
  await page.getByLabel("Search commands, steps and pages").fill("replace a model");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Replace a model everywhere" });
  await dialog.getByRole("combobox", { name: "Model to replace" }).getByText("stub-model (2 steps)").waitFor();
  await dialog.getByRole("combobox", { name: "Model to use instead" }).click();
  await page.getByRole("option", { name: /built-in/i }).first().click();
  await dialog.getByRole("button", { name: "Replace in 2 steps" }).click();
  const modelNames = async () => (await readWorkflow(page, id)).nodes.slice(1).map(({ params }) => (params["model"] as { connection: string }).connection);
  await expectSoon(modelNames).toEqual(["local", "local", priced]);
  await page.keyboard.press("Control+z");
  await expectSoon(modelNames).toEqual([priced, priced, priced]);
});

it("shows rows as they come, never an empty one, here and in a second browser", async () => {
  // The replies to the second half are held back until rows of the first are seen, however fast the machine is.
  const isLate = (text: string): boolean => Number(/\d+/.exec(text)?.[0]) > 200;
  chat.answer = (call) => {
    const text = call.body.messages.at(-1)?.content ?? "";
    return isLate(text) ? new Promise((resolve) => held.push(() => { resolve(`reply to: ${text}`); })) : `reply to: ${text}`;
  };
  // All at once, so that none that is held back stands before one that is not.
  const wide = await addConnection(page, "Wide", chat.url, [{ id: "stub-model" }], 400);
  const id = await openAsking("Live", 400, "Say {number}", wide);
  const second = await studio.browser.newContext({ viewport: { width: 1280, height: 720 }, storageState: await studio.context.storageState() });
  const watcher = await second.newPage();
  await watcher.goto(`${studio.app.url}/workflows/${id}`);
  await card(watcher, "Ask").waitFor();
  await card(page, "Ask").click();
  await page.getByText(/400 calls/).waitFor();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const isSeen = card(watcher, "Ask").locator('[data-state="running"]').waitFor();
  const grid = page.getByRole("grid", { name: /Ask/ });
  /** Rows that the grid says it has, each of which it shows whole. */
  const look = async (): Promise<number> => {
    const seen = await grid.evaluateAll((grids) => {
      const shown = [...(grids[0]?.querySelectorAll('[role="row"]:not([aria-rowindex="1"])') ?? [])];
      return { total: Number(grids[0]?.getAttribute("aria-rowcount") ?? 1) - 1, empty: shown.filter((row) => row.querySelector('[role="gridcell"]') === null).length };
    });
    expect(seen.empty, `empty rows of ${String(seen.total)}`).toBe(0);
    return seen.total;
  };
  let first = 0;
  while (first === 0) first = await look();
  expect(first).toBeLessThan(400);
  for (const answer of held.splice(0)) answer();
  while ((await stateOf(page, "Ask")) !== "fresh") {
    await look();
    for (const answer of held.splice(0)) answer();
  }
  await isSeen;
  await expectSoon(() => grid.getAttribute("aria-rowcount")).toBe("401");
  await expectSoon(() => stateOf(watcher, "Ask")).toBe("fresh");
  await watcher.getByText("Everything is up to date").waitFor();
  await second.close();
});

it("cancels a run and keeps what is finished", async () => {
  chat.answer = () => new Promise((resolve) => held.push(() => { resolve("late"); }));
  await openAsking("Cancelled", 50, "Wait for {number}");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expectSoon(() => held.length).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expectSoon(() => stateOf(page, "Ask")).toBe("cancelled");
  expect(await stateOf(page, "Numbers")).toBe("fresh");
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
});

it("shows why rows failed, and asks for those again alone", async () => {
  const isBad = (text: string) => text.endsWith(" 7") || text.endsWith(" 9");
  const asked = (call: Parameters<ChatServer["answer"]>[0]) => call.body.messages.at(-1)?.content ?? "";
  chat.answer = (call) => (isBad(asked(call)) ? chatError(400, "This prompt is refused") : "fine");
  await openAsking("Failing", 20, "Judge {number}");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expectSoon(() => stateOf(page, "Ask")).toBe("fresh");
  await card(page, "Ask").getByText("✕ 2").waitFor();
  await card(page, "Ask").click();
  await page.getByRole("tab", { name: /^Failed\s*2$/ }).click();
  await page.getByText(/This prompt is refused/).first().waitFor();
  chat.answer = () => "fine now";
  chat.calls.length = 0;
  await page.getByRole("button", { name: "Retry failed rows" }).click();
  await expectSoon(() => chat.calls.map(asked).sort()).toEqual(["Judge number 7", "Judge number 9"]);
  await page.getByRole("tab", { name: /^Failed\s*0$/ }).waitFor();
  await page.getByRole("tab", { name: /^Replies\s*20$|^Table\s*20$/ }).waitFor();
});

it("shows on the card why a whole step failed", async () => {
  chat.answer = () => chatError(401, "Incorrect API key provided");
  await openAsking("Refused", 5, "Refuse {number}");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expectSoon(() => stateOf(page, "Ask")).toBe("failed");
  await card(page, "Ask").getByTestId("step-state").hover();
  await page.getByRole("tooltip").getByText(/key/i).first().waitFor();
  expect(studio.errors).toEqual([]);
});
