import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "datadreamer.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| DataDreamer") && !line.startsWith("| what"));

/** Texts in code marks, of one column of the tables. */
function findCode(column: (cells: string[]) => string | undefined): string[] {
  const cells = rows.map((row) => column(row.split("|").slice(1, -1)) ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1] ?? []));
}

/** Names in the second column that are no steps: prefixes of local models, and a command. */
const otherNames = (name: string): boolean => /^(hub|folder|trained|gguf):$/.test(name) || name === "vllm serve";

it("names steps that exist", () => {
  const known = new Set<string>(Object.keys(stepDefinitions));
  expect(findCode((cells) => cells[1]).filter((name) => !known.has(name) && !otherNames(name))).toEqual([]);
});

it("names every step that prompts or works on tables", () => {
  const folders = ["prompting", "tables"].flatMap((category) => readdirSync(join(root, "lib", "steps", category)));
  expect(folders.filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
});

it("gives proofs that exist", () => {
  const proofs = findCode((cells) => cells.at(-1)?.trim() === "" ? "" : cells.at(-1));
  expect(proofs.length).toBeGreaterThan(50);
  expect(proofs.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it("says why, wherever there is no counterpart", () => {
  const silent = rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim())).filter(([, ours, why]) => ours === "—" && why === "");
  expect(silent.map(([theirs]) => theirs)).toEqual([]);
});
