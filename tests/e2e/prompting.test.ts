import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { expectSoon, openStudio, openWorkflow, takeScreenshot, waitUntilSaved, type Studio } from "@/tests/support/app";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";

let studio: Studio;
let page: Page;
let chat: ChatServer;
const model = { connection: "", model: "m" };

beforeAll(async () => {
  chat = await startChatServer();
  studio = await openStudio();
  ({ page } = studio);
  const body = { name: "Stub", provider: "openai-compatible", baseUrl: chat.url };
  const reply = await page.evaluate(async (given) => (await fetch("/api/v1/connections", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given) })).json() as Promise<{ id?: string }>, body);
  if (!reply.id) throw new Error(JSON.stringify(reply));
  model.connection = reply.id;
});
afterEach(() => studio.endRuns());
afterAll(async () => {
  await studio.close();
  await chat.close();
});

const field = (param: string): Locator => page.locator(`[data-param="${param}"]`);
const card = (title: string): Locator => page.locator(".react-flow__node", { hasText: title });
const stateOf = (title: string) => card(title).getByTestId("step-state").getAttribute("data-state");
const preview = (name: string): Locator => page.getByRole("region", { name });
const typed = (columns: string[], rows: string[][]) => ({ table: { columns: columns.map((name) => ({ name, type: "text" })), rows } });

/** In light and dark, for a person to look at. */
async function picture(name: string): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await takeScreenshot(page, `${name}-${scheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

async function rewrite(editor: Locator, text: string): Promise<void> {
  await editor.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
  await editor.locator(".cm-content").blur();
}

async function choose(param: string, option: string): Promise<void> {
  await field(param).getByRole("combobox").click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

it("builds a schema by clicking and gets typed columns", async () => {
  chat.answer = () => JSON.stringify({ mood: "glad", stars: 4 });
  await openWorkflow(page, "Typed", [{ id: "Reviews", step: "type-table", params: typed(["text"], [["Great tea"], ["Good tea"]]) }, { id: "Facts", step: "structured-prompt", params: { model } }], ["Reviews.output > Facts.input"]);
  await card("Facts").click();
  await rewrite(field("prompt"), "What of this: {text}");
  const fields = field("fields");
  await fields.locator("button", { hasText: "Add" }).last().click();
  const first = fields.getByRole("group", { name: "Entry 1" });
  await first.getByLabel("Name").fill("mood");
  await first.getByLabel("What goes there").fill("How it sounds");
  await first.getByLabel("What goes there").blur();
  await fields.locator("button", { hasText: "Add" }).last().click();
  const second = fields.getByRole("group", { name: "Entry 2" });
  await second.getByLabel("Name").fill("stars");
  await second.getByLabel("Name").blur();
  await second.getByRole("combobox").click();
  await page.getByRole("option", { name: /whole number/i }).click();
  await picture("structured-prompt");
  await waitUntilSaved(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expectSoon(() => stateOf("Facts")).toBe("fresh");
  await card("Facts").click();
  await page.getByRole("columnheader", { name: "stars" }).waitFor();
  await expectSoon(() => page.getByRole("gridcell", { name: "4", exact: true }).count()).toBe(2);
  // A number by its type: it is profiled as one.
  await expectSoon(() => page.getByRole("columnheader", { name: /stars/ }).locator("svg").count()).toBeGreaterThan(0);
});

it("customises how a judge is asked and how its verdict is read", async () => {
  chat.answer = (call) => ((call.body.messages.at(-1)?.content ?? "").includes("1) warm") ? "Both try. [[1]]" : "Both try. [[2]]");
  await openWorkflow(page, "Judged", [{ id: "Pairs", step: "type-table", params: typed(["a", "b"], [["warm", "cold"]]) }, { id: "Judge", step: "judge-pairs-with-prompt", params: { model, a: "a", b: "b", order: "as-given" } }], ["Pairs.output > Judge.input"]);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expectSoon(() => stateOf("Judge")).toBe("fresh");
  await card("Judge").click();
  await preview("The prompt of the first row").getByText("Input A: warm").waitFor();
  await page.getByRole("button", { name: "Advanced" }).click();
  await field("layout").getByRole("button", { name: "Customise the layout" }).click();
  // The template a layout starts from says the same.
  await preview("The prompt of the first row").getByText("Input A: warm").waitFor();
  await rewrite(field("layout"), "1) {{ a }} 2) {{ bee }}\nWhich?");
  await field("layout").getByText("The layout names “bee”").waitFor();
  await rewrite(field("layout"), "1) {{ a }} 2) {{ b }}\nWhich?");
  await preview("The prompt of the first row").getByText("1) warm 2) cold").waitFor();
  await choose("parser", "A pattern");
  await field("pattern").getByRole("textbox").fill("\\[\\[\\d\\]\\]");
  await field("pattern").getByRole("textbox").blur();
  await field("pattern").getByText("it has no group in round brackets").waitFor();
  await field("pattern").getByRole("textbox").fill("\\[\\[(\\d)\\]\\]");
  await field("pattern").getByRole("textbox").blur();
  for (const [param, answer] of [["aAnswers", "1"], ["bAnswers", "2"]] as const) {
    await field(param).getByRole("textbox").fill(answer);
    await field(param).getByRole("textbox").press("Enter");
  }
  await field("layout").scrollIntoViewIfNeeded();
  await picture("judge-layout");
  await preview("The prompt of the first row").scrollIntoViewIfNeeded();
  await picture("judge-preview");
  await waitUntilSaved(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expectSoon(() => stateOf("Judge")).toBe("fresh");
  await expectSoon(() => page.getByRole("gridcell", { name: "Input A", exact: true }).count()).toBe(1);
});

it("shows the chunks of a document while the way of cutting it is chosen", async () => {
  await openWorkflow(page, "Chunks", [{ id: "Documents", step: "load-documents" }]);
  await card("Documents").click();
  await preview("Chunks of the first document").getByText("Fill in the settings above").waitFor();
  const text = `# Tea\n\n${"Leaves are picked by hand. ".repeat(30)}\n\n## Green\n\n${"It is steamed at once. ".repeat(30)}`;
  await field("file").locator('input[type="file"]').setInputFiles({ name: "tea.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
  const chunks = preview("Chunks of the first document").getByRole("listitem");
  await expectSoon(() => chunks.count()).toBe(1);
  await choose("chunkBy", "By heading");
  await expectSoon(() => chunks.count()).toBe(2);
  await chunks.nth(1).getByText("Tea › Green").waitFor();
  await choose("chunkBy", "By sentence");
  await field("chunkSize").getByRole("textbox").fill("300");
  await field("chunkSize").getByRole("textbox").press("Enter");
  await field("chunkOverlap").getByRole("textbox").fill("60");
  await field("chunkOverlap").getByRole("textbox").press("Enter");
  await expectSoon(() => chunks.count()).toBeGreaterThan(5);
  await chunks.nth(1).getByText(/repeats \d+ characters/).waitFor();
  await chunks.nth(1).scrollIntoViewIfNeeded();
  await picture("chunk-preview");
  expect(studio.errors).toEqual([]);
});
