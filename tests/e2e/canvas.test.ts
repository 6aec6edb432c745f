import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { expectSoon, openStudio, openWorkflow, readWorkflow, waitUntilSaved, type Studio } from "@/tests/support/app";

let studio: Studio;
let page: Page;

beforeAll(async () => {
  studio = await openStudio();
  ({ page } = studio);
});
afterEach(() => studio.endRuns());
afterAll(() => studio.close());
beforeEach(() => {
  studio.errors.length = 0;
});

const card = (title: string): Locator => page.locator(".react-flow__node", { hasText: title });
const cards = (): Promise<number> => page.locator(".react-flow__node").count();
const wires = (): Promise<number> => page.locator(".react-flow__edge").count();
const port = (title: string, name: string): Locator => card(title).locator(`[data-port="${name}"]`);

async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  const box = await target.boundingBox();
  if (!box) throw new Error("It is not on the screen.");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A point of empty canvas, as shares of its size. */
async function canvasPoint(x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator(".react-flow").boundingBox();
  if (!box) throw new Error("There is no canvas.");
  return { x: box.x + box.width * x, y: box.y + box.height * y };
}

async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

async function clickCanvas(): Promise<void> {
  const point = await canvasPoint(0.5, 0.04);
  await page.mouse.click(point.x, point.y);
}

it("adds steps by double click, by the list, by its search and by a dropped wire", async () => {
  await openWorkflow(page, "Adding");
  const point = await canvasPoint(0.3, 0.9);
  await page.mouse.dblclick(point.x, point.y);
  await page.getByRole("combobox", { name: "Search steps" }).fill("type a table");
  await page.keyboard.press("Enter");
  await expectSoon(cards).toBe(1);
  const list = page.getByRole("navigation", { name: "Steps" });
  await list.getByRole("button", { name: "Shuffle" }).dblclick();
  await expectSoon(cards).toBe(2);
  await list.getByRole("searchbox").fill("filter");
  await list.getByRole("searchbox").press("Enter");
  await expectSoon(cards).toBe(3);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expectSoon(cards).toBe(1);
  await drag(await middleOf(page.locator('.react-flow__node [data-port="output"]')), await canvasPoint(0.75, 0.25));
  const fitting = page.getByRole("combobox", { name: "Search steps" });
  await fitting.waitFor();
  expect(await page.getByRole("option", { name: /^Load a file/ }).count()).toBe(0);
  await fitting.fill("take");
  await page.keyboard.press("Enter");
  await expectSoon(cards).toBe(2);
  await expectSoon(wires).toBe(1);
});

const three = [
  { id: "words", step: "type-table", title: "Words", at: [0, 0] as [number, number] },
  { id: "first", step: "take", title: "First", at: [320, 0] as [number, number] },
  { id: "ask", step: "prompt", title: "Ask", at: [640, 0] as [number, number] },
];

it("draws wires that fit and refuses those that do not", async () => {
  const id = await openWorkflow(page, "Wiring", three);
  await drag(await middleOf(port("Words", "output")), await middleOf(port("First", "input")));
  await expectSoon(wires).toBe(1);
  await drag(await middleOf(port("First", "output")), await middleOf(port("Ask", "model")));
  expect(await wires()).toBe(1);
  await drag(await middleOf(port("First", "output")), await middleOf(port("First", "input")));
  expect(await wires()).toBe(1);
  await drag(await middleOf(port("First", "output")), await middleOf(port("Ask", "input")));
  await expectSoon(wires).toBe(2);
  await drag(await middleOf(port("Words", "output")), await middleOf(port("Ask", "input")));
  await waitUntilSaved(page);
  await expectSoon(async () => (await readWorkflow(page, id)).edges.map(({ from, to }) => `${from.node} > ${to.node}`).sort()).toEqual(["words > ask", "words > first"]);
});

it("edits a title in place, completes columns in a prompt and marks those that are not there", async () => {
  await openWorkflow(page, "Prompting", three, ["words.output > ask.input"]);
  await card("First").getByText("First", { exact: true }).dblclick();
  await page.getByRole("textbox", { name: "Step title" }).first().fill("First rows");
  await page.keyboard.press("Enter");
  await card("First rows").waitFor();
  await card("Ask").click();
  const editor = page.locator('[data-param="prompt"] .cm-content');
  await editor.click();
  await page.keyboard.type("Say {te");
  await page.getByRole("listbox").getByText("{text}").click();
  await expectSoon(() => editor.textContent()).toBe("Say {text}");
  await page.locator(".cm-column").waitFor();
  await page.keyboard.type(" {nothing}");
  await page.locator(".cm-column-unknown").hover();
  await page.getByText("The input has no column “nothing”.").first().waitFor();
});

it("undoes and redoes every kind of edit, down to nothing and back", async () => {
  const id = await openWorkflow(page, "Undoing");
  await page.getByRole("button", { name: "Type a table" }).first().dblclick();
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Take" }).dblclick();
  await page.getByRole("combobox", { name: "Input Table" }).click();
  await page.getByRole("option", { name: "Type a table" }).click();
  await expectSoon(wires).toBe(1);
  await page.getByRole("textbox", { name: "Step title" }).fill("Some rows");
  await page.keyboard.press("Enter");
  const at = await middleOf(card("Some rows"));
  await drag(at, { x: at.x + 96, y: at.y - 64 });
  await page.keyboard.press("Delete");
  await expectSoon(cards).toBe(1);
  await waitUntilSaved(page);
  const end = await readWorkflow(page, id);
  const undo = page.getByRole("button", { name: "Undo" });
  const redo = page.getByRole("button", { name: "Redo" });
  while (await undo.isEnabled()) await undo.click();
  await expectSoon(cards).toBe(0);
  let count = 0;
  while (await redo.isEnabled()) {
    await redo.click();
    count += 1;
    if (count === 4) await card("Some rows").waitFor();
  }
  expect(count).toBe(6);
  await waitUntilSaved(page);
  await expectSoon(() => readWorkflow(page, id)).toEqual(end);
});

it("selects several, copies, pastes, duplicates, arranges and deletes them", async () => {
  const id = await openWorkflow(page, "Copying", three, ["words.output > first.input", "first.output > ask.input"]);
  await page.keyboard.down("Shift");
  const from = await middleOf(card("Words"));
  const to = await middleOf(card("First"));
  await drag({ x: from.x - 40, y: from.y - 90 }, { x: to.x + 20, y: to.y + 60 });
  await page.keyboard.up("Shift");
  await page.getByText("2 steps selected").waitFor();
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
  await expectSoon(cards).toBe(5);
  await expectSoon(wires).toBe(3);
  await page.keyboard.press("Control+d");
  await expectSoon(cards).toBe(7);
  await page.keyboard.press("Control+a");
  await page.keyboard.press("l");
  await waitUntilSaved(page);
  const { nodes } = await readWorkflow(page, id);
  const covering = nodes.filter((a) => nodes.some((b) => a.id !== b.id && Math.abs(a.position.x - b.position.x) < 224 && Math.abs(a.position.y - b.position.y) < 84));
  expect(covering.map((node) => node.title)).toEqual([]);
  await page.keyboard.press("Delete");
  await expectSoon(cards).toBe(0);
  await page.keyboard.press("Control+z");
  await expectSoon(cards).toBe(7);
  await clickCanvas();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+x");
  await expectSoon(cards).toBe(0);
  await page.keyboard.press("Control+v");
  await expectSoon(cards).toBe(7);
  await expectSoon(wires).toBe(4);
});

it("draws and wires a workflow with the keyboard alone", async () => {
  await openWorkflow(page, "Keys");
  await page.keyboard.press("/");
  await page.keyboard.type("type a table");
  await page.keyboard.press("Enter");
  await expectSoon(cards).toBe(1);
  await page.keyboard.press("/");
  await page.keyboard.type("shuffle");
  await page.keyboard.press("Enter");
  await expectSoon(cards).toBe(2);
  const input = page.getByRole("combobox", { name: "Input Table" });
  for (let presses = 0; presses < 80 && !(await input.evaluate((element) => element === document.activeElement)); presses += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "Type a table" }).waitFor();
  // The list is there a moment before it listens to keys.
  await expectSoon(async () => {
    await page.keyboard.press("ArrowDown");
    return page.locator('[role="option"][data-highlighted]').allTextContents();
  }).toEqual(["Type a table"]);
  await page.keyboard.press("Enter");
  await expectSoon(wires).toBe(1);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("type a table");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Settings of Type a table" }).waitFor();
  const before = await middleOf(card("Type a table"));
  await page.keyboard.press("ArrowDown");
  await expectSoon(async () => (await middleOf(card("Type a table"))).y).toBeGreaterThan(before.y);
});

it("saves by itself, and a reload shows the same", async () => {
  const id = await openWorkflow(page, "Saving", three);
  await page.getByRole("textbox", { name: "Workflow name" }).fill("Saved by itself");
  await page.keyboard.press("Enter");
  await card("First").click();
  await page.getByRole("spinbutton").or(page.locator('[data-param] input')).first().fill("7");
  // At once, before the edit is sent.
  await page.reload();
  await card("First").waitFor();
  await expectSoon(async () => (await readWorkflow(page, id)).name).toBe("Saved by itself");
  expect(await page.getByRole("textbox", { name: "Workflow name" }).inputValue()).toBe("Saved by itself");
});

it("shows a conflict with a second tab and loses neither side", async () => {
  const id = await openWorkflow(page, "Conflict", three);
  const other = await studio.context.newPage();
  await other.goto(page.url());
  await other.locator(".react-flow__node", { hasText: "Ask" }).click();
  await other.keyboard.press("Delete");
  await waitUntilSaved(other);
  await expectSoon(async () => (await readWorkflow(page, id)).nodes.length).toBe(2);
  await card("Words").click();
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Save mine as a copy" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(id));
  await expectSoon(() => page.getByRole("textbox", { name: "Workflow name" }).inputValue()).toBe("Conflict (copy)");
  const mine = await readWorkflow(page, new URL(page.url()).pathname.split("/").at(-1) ?? "");
  expect(mine.nodes.map((node) => node.id).sort()).toEqual(["ask", "first"]);
  expect((await readWorkflow(page, id)).nodes.map((node) => node.id).sort()).toEqual(["first", "words"]);
  await other.close();
});

it("keeps named versions and restores them", async () => {
  await openWorkflow(page, "Versions", three);
  const openVersions = async () => {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Versions" }).click();
  };
  await openVersions();
  await page.getByRole("textbox", { name: "Name of this version" }).fill("With three steps");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByText("With three steps").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await expectSoon(cards).toBe(0);
  await waitUntilSaved(page);
  await openVersions();
  await page.getByRole("listitem").filter({ hasText: "With three steps" }).getByRole("button", { name: "Restore" }).click();
  await expectSoon(cards).toBe(3);
});

it("exports a file that imports as the same workflow", async () => {
  const id = await openWorkflow(page, "Văn bản / text", three, ["words.output > first.input"]);
  await page.getByRole("button", { name: "More", exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export as a file" }).click()]);
  const path = await download.path();
  const exported = JSON.parse(await readFile(path, "utf8")) as unknown;
  expect(exported).toEqual(await readWorkflow(page, id));
  await page.goto(`${studio.app.url}/`);
  await page.locator('input[type="file"]').setInputFiles(path);
  await page.waitForURL(/\/workflows\//);
  await expectSoon(cards).toBe(3);
  expect(await readWorkflow(page, new URL(page.url()).pathname.split("/").at(-1) ?? "")).toEqual(exported);
  expect(studio.errors).toEqual([]);
});
