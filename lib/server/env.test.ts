import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { errorCatalogue } from "@/lib/core/error-catalogue";
import errorWords from "@/messages/en/errors.json" with { type: "json" };
import { readSchemaText } from "./schema-engine";

const root = join(import.meta.dirname, "..", "..");

it("has every environment key in docs/configuration.md", () => {
  const source = readFileSync(join(import.meta.dirname, "env.ts"), "utf8");
  const documented = readFileSync(join(root, "docs", "configuration.md"), "utf8");
  const keys = [...source.matchAll(/^ {2}([A-Z_]+): z\./gm)].map((match) => match[1] ?? "");
  expect(keys.length).toBeGreaterThan(8);
  expect(keys.filter((key) => !documented.includes(`\`${key}\``))).toEqual([]);
});

it("has words for every error, and no words without one", () => {
  expect(Object.keys(errorWords).sort()).toEqual(Object.keys(errorCatalogue).sort());
});

it("has a migration for every change of the schema", async () => {
  expect(await readSchemaText(root)).toBe(readFileSync(join(root, "prisma", "schema-at-last-migration.txt"), "utf8"));
});
