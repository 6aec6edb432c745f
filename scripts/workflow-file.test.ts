import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmptyDocument } from "@/lib/workflow/document";
import { readWorkflowFile } from "./workflow-file";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

const node = (step: string, title: string, params: Record<string, unknown>) => ({ id: title.toLowerCase().replace(/\W/g, ""), step, title, params, position: { x: 0, y: 0 } });

async function read(content: string | Buffer, settings: string[] = []) {
  const path = join(folder, "workflow.json");
  await writeFile(path, content);
  return readWorkflowFile(path, settings);
}

const document = () => ({ ...createEmptyDocument("A"), nodes: [node("template-text", "Fill", { template: "x", name: "y" }), node("take", "Take v1.5", { count: 1 })] });

describe("a workflow file that cannot be read", () => {
  it.each([
    ["is broken", "{", /it is not JSON/],
    ["is something else", '{"a":1}', /workflow\.json: /],
    ["is empty", "", /it is not JSON/],
  ])("%s", async (_, content, detail) => {
    const error = await read(content).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "invalid_request", data: { detail: expect.stringMatching(detail) as string } });
    expect((error as Error).message.split("\n")).toHaveLength(1);
  });

  it("is not there, or is a folder", async () => {
    await expect(readWorkflowFile(join(folder, "none.json"), [])).rejects.toMatchObject({ code: "invalid_request", data: { detail: expect.stringMatching(/no such file/) as string } });
    await expect(readWorkflowFile(folder, [])).rejects.toMatchObject({ code: "invalid_request", data: { detail: expect.stringMatching(/folder/) as string } });
  });
});

describe("a workflow file of an editor on Windows", () => {
  it.each([
    ["a mark", (text: string) => Buffer.from(`\uFEFF${text}`)],
    ["UTF-16", (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le")],
  ])("has %s", async (_, encode) => {
    expect((await read(encode(JSON.stringify(document())))).nodes).toHaveLength(2);
  });
});

describe("--set", () => {
  const set = async (...settings: string[]) => (await read(JSON.stringify(document()), settings)).nodes.map(({ params }) => params);

  it("keeps text that looks like JSON for a parameter of text", async () => {
    expect((await set('Fill.template={"a": "{text}"}', "Fill.name=1"))[0]).toMatchObject({ template: '{"a": "{text}"}', name: "1" });
  });

  it("takes JSON for a parameter that is no text, also of a step with a dot in its title", async () => {
    expect((await set("Take v1.5.count=7"))[1]).toMatchObject({ count: 7 });
  });

  it("says that there is no such step", async () => {
    await expect(set("None.count=7")).rejects.toMatchObject({ code: "invalid_request" });
  });
});
