/**
 * Scans `lib/steps/<category>/<step>/` and writes the catalogue: definitions and words (browser and server), runner and
 * probe loaders (worker), icons (browser). `--check` fails where a file on disk differs.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "lib", "steps");
const header = "// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.\n";

const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
  .flatMap((category) =>
    readdirSync(join(root, category.name), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => ({ id: entry.name, path: `./${category.name}/${entry.name}` })),
  )
  .sort((a, b) => (a.id < b.id ? -1 : 1));

const has = (file: string) => folders.filter((folder) => existsSync(join(root, folder.path, file)));
const camel = (id: string) => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const entry = (id: string, value: string) => `  "${id}": ${value},`;

/** Steps that share parameters name the blocks of words that go with them. */
const sharesWords = (path: string) => readFileSync(join(root, path, "messages.en.json"), "utf8").includes('"sharedWords"');

const files: Record<string, string> = {
  "definitions.generated.ts": [
    header,
    `import type { AnyStepDefinition } from "./_sdk/define-step";`,
    ...folders.map(({ id, path }) => `import { definition as ${camel(id)} } from "${path}/definition";`),
    "",
    "export const stepDefinitions = {",
    ...folders.map(({ id }) => entry(id, `${camel(id)} as AnyStepDefinition`)),
    "} as const;",
    "",
  ].join("\n"),
  "messages.en.generated.ts": [
    header,
    `import { addSharedWords } from "./_sdk/shared-words";`,
    ...folders.map(({ id, path }) => `import ${camel(id)} from "${path}/messages.en.json" with { type: "json" };`),
    "",
    "export const stepMessages = {",
    ...folders.map(({ id, path }) => entry(id, sharesWords(path) ? `addSharedWords(${camel(id)})` : camel(id))),
    "};",
    "",
  ].join("\n"),
  "runners.generated.ts": loaders("runner.ts", "runnerLoaders", "runner"),
  "probes.generated.ts": loaders("probe.ts", "probeLoaders", "probe"),
  "previews.generated.ts": loaders("preview.ts", "previewLoaders", "preview"),
  "../../components/steps/step-icons.generated.ts": icons(),
};

/** Icons are named one by one, so that only those that steps use are sent to the browser. */
function icons(): string {
  const named = folders.map(({ path }) => /icon: "([a-z0-9-]+)"/.exec(readFileSync(join(root, path, "definition.ts"), "utf8"))?.[1]);
  const used = [...new Set(named.filter((name) => name !== undefined))].sort();
  const pascal = (name: string) => camel(`-${name}`);
  return [
    header,
    `import { ${used.map(pascal).join(", ")}, type LucideIcon } from "lucide-react";`,
    "",
    "export const stepIcons: Record<string, LucideIcon | undefined> = {",
    ...used.map((name) => entry(name, pascal(name))),
    "};",
    "",
  ].join("\n");
}

function loaders(file: string, name: string, module: string): string {
  return [
    header,
    `export const ${name} = {`,
    ...has(file).map(({ id, path }) => entry(id, `() => import("${path}/${module}")`)),
    "};",
    "",
  ].join("\n");
}

let differs = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(root, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (process.argv.includes("--check")) {
    differs = true;
    console.error(`${name} is out of date: run \`npm run generate\` and commit it.`);
  } else {
    writeFileSync(path, text);
  }
}
if (differs) process.exitCode = 1;
