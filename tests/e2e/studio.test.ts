import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { createWorkflow, expectSoon, openStudio, openWorkflow, runToEnd, showWorkflow, type Studio } from "@/tests/support/app";

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

const card = (title: string): Locator => page.locator(".react-flow__node", { hasText: title });
const stateOf = (title: string) => card(title).getByTestId("step-state").getAttribute("data-state");
const rows = (): Locator => page.getByRole("grid").last().locator('[role="row"]:not([aria-rowindex="1"])');
const column = async (index: number): Promise<string[]> => rows().locator(`[role="gridcell"][aria-colindex="${String(index)}"]`).allTextContents();

const greeting = 'Xin chào,\n"thế giới"';
const csv = `id,text,label\n1,"Xin chào,\n""thế giới""",vi\n2,hello world,en\n3,<b>bold</b> words,en\n4,Tiếng Việt rất hay,vi\n5,short,en\n6,another line,en\n`;

const words: [number, string, string][] = [
  [1, greeting, "vi"],
  [2, "hello world", "en"],
  [3, "<b>bold</b> words", "en"],
  [4, "Tiếng Việt rất hay", "vi"],
  [5, "short", "en"],
  [6, "another line", "en"],
];

/** A table, filtered to five of its six rows, which is shown. */
async function openFiltered(name: string): Promise<void> {
  const table = { columns: [{ name: "id", type: "integer" }, { name: "text", type: "text" }, { name: "label", type: "text" }], rows: words };
  const steps = [
    { id: "words", step: "type-table", title: "Words", params: { table } },
    { id: "keep", step: "filter-rows", title: "Filter rows", params: { condition: "length(text) > 6" } },
  ];
  const id = await createWorkflow(page, name, steps, ["words.output > keep.input"]);
  await runToEnd(page, id);
  await showWorkflow(page, id, steps.length);
  await card("Filter rows").click();
  await page.getByRole("tab", { name: /^Table\s*5$/ }).waitFor();
}

async function dropFile(name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content ?? ""], fileName ?? "", { type: "text/csv" }));
      return transfer;
    },
    [name, text],
  );
  const box = await page.locator(".react-flow").boundingBox();
  if (!box) throw new Error("There is no canvas.");
  await page.dispatchEvent(".react-flow", "drop", { dataTransfer: data, clientX: box.x + 60, clientY: box.y + 60 });
}

it("turns a dropped file into a step, filters it and runs to there", async () => {
  await openWorkflow(page, "Files");
  await dropFile("lời chào.csv", csv);
  await card("Load a file").waitFor();
  await page.getByText("lời chào.csv").first().waitFor();
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Filter rows" }).dblclick();
  await page.getByRole("combobox", { name: "Input Table" }).click();
  await page.getByRole("option", { name: "Load a file" }).click();
  // The columns are known before anything ran.
  await page.locator('[data-param="condition"]').getByRole("button", { name: "label" }).waitFor();
  await page.locator('[data-param="condition"] .cm-content').click();
  await page.keyboard.type("length(text) > 6");
  await page.keyboard.press("Control+Shift+Enter");
  await expectSoon(() => stateOf("Filter rows")).toBe("fresh");
  await page.getByRole("tab", { name: /^Table\s*5$/ }).waitFor();
});

it("sorts, filters, searches and profiles a table", async () => {
  await openFiltered("Looking");
  await expectSoon(() => column(2)).toEqual(["1", "2", "3", "4", "6"]);
  const head = page.getByRole("columnheader", { name: /id/ }).last();
  await head.getByRole("button", { name: "id", exact: true }).click();
  await head.getByRole("button", { name: "id", exact: true }).click();
  await expectSoon(() => column(2)).toEqual(["6", "4", "3", "2", "1"]);
  const label = page.getByRole("columnheader", { name: /label/ }).last();
  await label.hover();
  await label.getByRole("button", { name: "Filter label" }).click();
  await page.getByRole("textbox", { name: "Value" }).fill("vi");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expectSoon(() => column(2)).toEqual(["4", "1"]);
  await page.getByRole("button", { name: "Show all rows" }).click();
  await page.getByRole("searchbox", { name: "Search rows" }).fill("Việt");
  await expectSoon(() => column(2)).toEqual(["4"]);
  await page.getByRole("searchbox", { name: "Search rows" }).fill("");
  await expectSoon(() => column(2)).toEqual(["1", "2", "3", "4", "6"]);
  await label.locator("svg").last().hover();
  await page.getByText("2 distinct").first().waitFor();
});

it("follows a row back to the source's own, and tells why others are not there", async () => {
  await openFiltered("Following");
  const drawer = page.getByRole("complementary", { name: "Row 4" });
  // The rows are drawn again once the stored result is known; a click may go to those that leave.
  await expectSoon(async () => {
    if (!(await drawer.isVisible())) await rows().nth(3).click();
    return drawer.getByText("Words, row 4").isVisible();
  }).toBe(true);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  const first = page.getByRole("complementary", { name: "Row 1" });
  await first.getByText("Words, row 1").waitFor();
  expect(await first.locator("dd", { hasText: "thế giới" }).first().textContent()).toBe(greeting);
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: /^Rejected/ }).click();
  await page.getByRole("cell", { name: /short/ }).waitFor();
  expect(await page.getByRole("row", { name: /short/ }).textContent()).toMatch(/^5.*condition/i);
});

it("downloads the table byte for byte, and the files that a step made", async () => {
  await openFiltered("Downloading");
  await page.getByRole("button", { name: "Download the table" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "CSV", exact: true }).click()]);
  expect(await readFile(await download.path(), "utf8")).toBe(csv.replace("5,short,en\n", ""));
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Export a file" }).dblclick();
  await page.getByRole("combobox", { name: "Input Table" }).click();
  await page.getByRole("option", { name: "Filter rows" }).click();
  await page.locator('[data-param="format"]').getByRole("combobox").click();
  await page.getByRole("option", { name: "JSON lines" }).click();
  await page.getByText("Run the workflow. The files that").waitFor();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /table\.jsonl/ }).click()]);
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line) as { text: string });
  expect(lines.map((line) => line.text)[0]).toBe(greeting);
  expect(lines.length).toBe(5);
});

it("makes a token that a script can use, and signs out and in", async () => {
  await runToEnd(page, await createWorkflow(page, "Signing", [{ id: "one", step: "type-table", params: { table: { columns: [{ name: "x", type: "text" }], rows: [["a"]] } } }]));
  await page.goto(`${studio.app.url}/settings`);
  await page.getByRole("textbox", { name: "What it is for" }).fill("A script");
  await page.getByRole("button", { name: "Make a token" }).click();
  const secret = await page.getByRole("status").locator("code").textContent();
  const list = (token: string) => fetch(`${studio.app.url}/api/v1/workflows`, { headers: { authorization: `Bearer ${token}` } });
  expect((await list(secret ?? "")).status).toBe(200);
  await page.getByRole("button", { name: "Revoke" }).click();
  await expectSoon(async () => (await list(secret ?? "")).status).toBe(401);
  await page.getByRole("button", { name: "Account of Ada" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in/);
  await page.goto(`${studio.app.url}/runs`);
  await page.waitForURL(/\/sign-in/);
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").first().waitFor();
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${studio.app.url}/runs`);
  await page.getByRole("link", { name: "Signing" }).first().waitFor();
  expect(studio.errors).toEqual([]);
});
