import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callPage, openStudio, type Studio } from "@/tests/support/app";
import { makePdf } from "@/tests/support/make-files";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { PlanKnown } from "@/lib/plan/plan-known";
import { createEmptyDocument, createNode } from "@/lib/workflow/document";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());

const fixtures = join(import.meta.dirname, "..", "fixtures");
const table = Buffer.from("id,text\n1,xin chào\n");

interface FileRef {
  sha256: string;
  name: string;
}

async function upload(name: string, content: Uint8Array): Promise<FileRef> {
  const base64 = Buffer.from(content).toString("base64");
  const { sha256 } = await studio.page.evaluate(
    async ([to, body]) => {
      const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
      return (await (await fetch(to, { method: "POST", body: bytes })).json()) as FileRef;
    },
    [`/api/v1/files?name=${encodeURIComponent(name)}`, base64] as const,
  );
  return { sha256, name };
}

/** What the web server finds in a source before it runs: it does so in the bundle that Next has made of the code. */
async function probe(step: keyof typeof stepDefinitions, params: Record<string, unknown>): Promise<string[]> {
  const node = createNode({ id: "source", step, title: "Source", params: { ...stepDefinitions[step].defaults, ...params } });
  const reply = await callPage<Partial<PlanKnown>>(studio.page, "/plan/known", { workflowId: null, document: { ...createEmptyDocument("Probe"), nodes: [node] }, rowLimit: null });
  const [found] = Object.values(reply.probes ?? {});
  if (!found || !("columns" in found)) throw new Error(JSON.stringify(found ?? reply));
  return found.columns.map(({ name }) => name);
}

describe("the built app reads what the source reads", () => {
  it.each([
    ["plain.csv", () => table],
    ["packed.csv.gz", () => gzipSync(table)],
    ["packed.csv.zst", () => Buffer.from("KLUv/QRYoQAAaWQsdGV4dAoxLHhpbiBjaMOgbwrWyThl", "base64")],
    ["packed.csv.xz", () => Buffer.from("/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQATaWQsdGV4dAoxLHhpbiBjaMOgbwoAhBK4bzAXTtYAASwU+AptAx+2830BAAAAAARZWg==", "base64")],
  ] as [string, () => Buffer][])("%s", async (name, make) => {
    expect(await probe("load-file", { file: await upload(name, make()) })).toEqual(["id", "text"]);
  });

  it.each(["openpyxl-shifts.xlsx", "pandas-filtered.parquet"])("%s", async (name) => {
    const file = await upload(name, await readFile(join(fixtures, "tables", name)));
    expect((await probe("load-file", { file })).length).toBeGreaterThan(1);
  });

  it("a SQLite database", async () => {
    const file = await upload("logs.db", await readFile(join(fixtures, "tables", "llm-logs.db")));
    expect(await probe("query-database", { file, query: "SELECT id, response FROM responses" })).toEqual(["id", "response"]);
  });

  it.each([
    ["paper.pdf", () => Promise.resolve(makePdf([["Attention is all you need."]], "A paper")), "Attention is all you need."],
    ["formulas.docx", () => readFile(join(fixtures, "documents", "pandoc-formulas.docx")), ""],
    ["page.html", () => readFile(join(fixtures, "documents", "sphinx-page.html")), ""],
  ] as [string, () => Promise<Buffer>, string][])("the chunks of %s", async (name, make, beginning) => {
    const params = { ...stepDefinitions["load-documents"].defaults, file: await upload(name, await make()) };
    const reply = await callPage<{ characters?: number; chunks?: { head: string }[] }>(studio.page, "/previews/chunks", { step: "load-documents", params });
    expect(reply.characters, JSON.stringify(reply)).toBeGreaterThan(10);
    expect(reply.chunks?.[0]?.head).toContain(beginning);
  });
});
