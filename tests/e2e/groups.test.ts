import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { createWorkflow, expectSoon, openStudio, openWorkflow, readWorkflow, runToEnd, showWorkflow, takeScreenshot, waitUntilSaved, type Studio } from "@/tests/support/app";

let studio: Studio;
let page: Page;

beforeAll(async () => {
  studio = await openStudio();
  ({ page } = studio);
});
beforeEach(() => {
  studio.errors.length = 0;
});
afterEach(() => studio.endRuns());
afterAll(() => studio.close());

const card = (title: string): Locator => page.locator(".react-flow__node-step", { hasText: title });
const stateOf = (title: string) => card(title).getByTestId("step-state").getAttribute("data-state");
const settings = (): Locator => page.getByRole("region", { name: /^Settings of/ });

async function setNumber(label: string, value: number): Promise<void> {
  const field = settings().getByLabel(label, { exact: true });
  await field.fill(String(value));
  await field.press("Enter");
}

async function choose(label: string, option: string): Promise<void> {
  await settings().getByLabel(label, { exact: true }).click();
  await page.getByRole("option", { name: option }).click();
}

const drafts = [
  { id: "make", step: "data-from-prompt", title: "Make drafts", params: { instruction: "Write a sentence.", count: 8, maxTokens: 12 } },
  { id: "keep", step: "filter-rows", title: "Keep some", params: { condition: "hash(generations) % 2 = 0" } },
  { id: "after", step: "reverse", title: "After" },
];
const wires = ["make.output > keep.input", "keep.output > after.input"];
const rounds = { rounds: 12, carries: [], stop: { kind: "rows" as const, output: { node: "keep", port: "output" }, rows: 10 }, result: "all" as const, varies: [] };

/** The same steps, in rounds already, which have run and are shown. */
async function openRounds(name: string): Promise<string> {
  const steps = drafts.map((step) => (step.id === "after" ? step : { ...step, group: "g" }));
  const id = await createWorkflow(page, name, steps, wires, [{ id: "g", title: "Rounds", repeat: rounds, sweep: null }]);
  await runToEnd(page, id);
  await showWorkflow(page, id, steps.length);
  await expectSoon(() => stateOf("After")).toBe("fresh");
  return id;
}

it("groups two steps and repeats them until enough rows are accepted", async () => {
  await openWorkflow(page, "Until enough", drafts, wires);
  await card("Make drafts").click();
  await card("Keep some").click({ modifiers: ["Control"] });
  await page.keyboard.press("Control+g");
  await page.getByTestId("group").waitFor();
  await choose("The steps run", "In rounds");
  await setNumber("Rounds, at most", 12);
  await choose("Stop early", "Once there are enough rows");
  await setNumber("Rows wanted", 10);
  await page.getByTestId("group").getByText("until 10 rows").waitFor();
  await waitUntilSaved(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await expectSoon(() => stateOf("After"), { timeout: 240_000 }).toBe("fresh");
  await expectSoon(() => card("After").textContent()).toContain("10 rows");
  await page.getByTestId("group").getByText(/\d+ of 10 in \d+ of 12 rounds/).waitFor();
  await takeScreenshot(page, "rounds-after");
});

it("shows the tables of each round, and what follows from the rounds that were needed", async () => {
  await openRounds("Tables of rounds");
  await card("Make drafts").click();
  await page.getByRole("combobox", { name: "Round" }).first().waitFor();
  await page.getByRole("tab", { name: /^Rows\s*8$/ }).waitFor();
  await page.getByRole("combobox", { name: "Round" }).last().click();
  await page.getByRole("option", { name: "Round 1", exact: true }).click();
  await page.getByRole("tab", { name: /^Rows\s*8$/ }).waitFor();
  await takeScreenshot(page, "rounds-data");
});

it("changes a parameter in one round alone", async () => {
  const workflowId = await openRounds("One round");
  await card("Make drafts").click();
  await page.getByRole("combobox", { name: "Round" }).first().click();
  await page.getByRole("option", { name: "Round 2", exact: true }).click();
  await setNumber("Rows", 9);
  await waitUntilSaved(page);
  const { groups, nodes } = await readWorkflow(page, workflowId);
  expect(groups[0]?.repeat?.varies).toEqual([{ node: "make", param: "count", values: { "2": 9 } }]);
  expect(nodes.find((node) => node.id === "make")?.params["count"]).toBe(8);
  await page.keyboard.press("Escape");
  await page.getByTestId("group").locator("header").click();
  await settings().getByText("Round 2: Make drafts, Rows").waitFor();
  await takeScreenshot(page, "rounds-settings");
  await settings().getByRole("button", { name: "As in the other rounds" }).click();
  await waitUntilSaved(page);
  expect((await readWorkflow(page, workflowId)).groups[0]?.repeat?.varies).toEqual([]);
});

it("moves a group with its steps by the header, as one undo", async () => {
  const workflowId = await openRounds("Moving");
  const before = await readWorkflow(page, workflowId);
  const header = page.getByTestId("group").locator("header");
  const box = await header.boundingBox();
  if (!box) throw new Error("The group has no header.");
  await page.mouse.move(box.x + 120, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 140, { steps: 6 });
  await page.mouse.up();
  await waitUntilSaved(page);
  const place = async (id: string) => (await readWorkflow(page, workflowId)).nodes.find((node) => node.id === id)?.position;
  const placeBefore = (id: string) => before.nodes.find((node) => node.id === id)?.position;
  expect((await place("make"))?.y).toBeGreaterThan(placeBefore("make")?.y ?? 0);
  expect((await place("keep"))?.y).toBeGreaterThan(placeBefore("keep")?.y ?? 0);
  expect(await place("after")).toEqual(placeBefore("after"));
  await page.keyboard.press("Control+z");
  await expectSoon(() => place("make")).toEqual(placeBefore("make"));
});

it("keeps a note on the canvas, which changes nothing that runs", async () => {
  const workflowId = await openRounds("Notes");
  await page.locator(".react-flow__pane").click({ position: { x: 40, y: 40 } });
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: "Text of the note" }).fill("Ghi chú: giữ lại những câu ngắn.");
  await page.keyboard.press("Escape");
  await page.getByTestId("note").getByText("Ghi chú: giữ lại những câu ngắn.").waitFor();
  expect(await stateOf("After")).toBe("fresh");
  await waitUntilSaved(page);
  await page.reload();
  await page.getByTestId("note").getByText("Ghi chú: giữ lại những câu ngắn.").waitFor();
  await page.getByTestId("note").click();
  await page.getByRole("button", { name: "Blue" }).click();
  await waitUntilSaved(page);
  expect((await readWorkflow(page, workflowId)).notes[0]?.color).toBe("blue");
  await takeScreenshot(page, "note");
  await page.keyboard.press("Delete");
  await page.getByTestId("note").waitFor({ state: "detached" });
});

it("turns the cache of a step off, and says so on its card", async () => {
  const workflowId = await openRounds("No cache");
  await card("Keep some").click();
  await settings().getByLabel("Cache", { exact: true }).click();
  await card("Keep some").getByLabel("Made anew with each run: its cache is off.").waitFor();
  await waitUntilSaved(page);
  expect((await readWorkflow(page, workflowId)).nodes.find((node) => node.id === "keep")?.cache).toBe("off");
});

it("tries a grid of parameters, goes on with the best, and draws the trials", async () => {
  await openWorkflow(
    page,
    "Which share",
    [
      { id: "rows", step: "type-table", title: "Numbers", params: { table: { columns: [{ name: "x", type: "integer" }], rows: Array.from({ length: 20 }, (_, index) => [index + 1]) } } },
      { id: "take", step: "take", title: "Take some", params: { count: 5 } },
      { id: "score", step: "summarise-numbers", title: "Score", params: { columns: ["x"] } },
      { id: "after", step: "reverse", title: "After" },
    ],
    ["rows.output > take.input", "take.output > score.input", "take.output > after.input"],
  );
  await card("Take some").click();
  await card("Score").click({ modifiers: ["Control"] });
  await page.keyboard.press("Control+g");
  await page.getByTestId("group").waitFor();
  await choose("The steps run", "As a sweep of parameters");
  await settings().getByText(/has nothing to try/).waitFor();
  await choose("Add a parameter", "Rows");
  await settings().getByText("3 combinations.").waitFor();
  await choose("The best trial is by", "Score");
  await choose("Column", "mean");
  await page.getByTestId("group").getByText("3 trials").waitFor();
  await takeScreenshot(page, "sweep-settings");
  await waitUntilSaved(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await expectSoon(() => stateOf("After"), { timeout: 240_000 }).toBe("fresh");
  // From a quarter of five to four times five; the higher the numbers taken, the higher their mean.
  await expectSoon(() => card("After").textContent()).toContain("20 rows");
  await page.getByTestId("group").getByText("best 10.5 in trial 3").waitFor();
  await page.getByTestId("group").locator("header").click();
  await page.getByRole("img", { name: /A line is a trial/ }).waitFor();
  await expectSoon(() => page.locator("polyline[data-trial]").count()).toBe(3);
  await takeScreenshot(page, "sweep-trials");
  await page.getByRole("tab", { name: /^Trials/ }).click();
  await page.getByRole("gridcell", { name: "10.5" }).first().waitFor();
  await card("Take some").click();
  await page.getByRole("combobox", { name: "Trial" }).last().click();
  await page.getByRole("option", { name: "Trial 1", exact: true }).click();
  await page.getByRole("tab", { name: /^Table\s*1$/ }).waitFor();
  await takeScreenshot(page, "sweep-trial");
  expect(studio.errors).toEqual([]);
});
