/**
 * Writes what crosses a border as JSON Schema: the trainer's contracts, which it checks, and the workflow document, which
 * anyone may. `--check` fails where a file on disk differs.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { trainingError, trainingProgress, trainingRequest, trainingResult } from "@/lib/contracts/trainer";
import { workflowDocument } from "@/lib/workflow/document";

const root = join(import.meta.dirname, "..");
const trainer = "trainer/src/trainer/contracts";
const schemas: Record<string, z.ZodType> = {
  [`${trainer}/training-request.schema.json`]: trainingRequest,
  [`${trainer}/training-progress.schema.json`]: trainingProgress,
  [`${trainer}/training-result.schema.json`]: trainingResult,
  [`${trainer}/training-error.schema.json`]: trainingError,
  "public/schemas/workflow-v1.json": workflowDocument,
};

for (const [file, schema] of Object.entries(schemas)) {
  const path = join(root, file);
  const text = `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${file} is out of date: run \`npm run generate\` and commit it.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
