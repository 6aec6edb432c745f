import { readFile } from "node:fs/promises";
import { AppError, isAppError } from "@/lib/core/app-error";
import { overrideParams } from "@/lib/runs/override-params";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument, WorkflowNode } from "@/lib/workflow/document";
import { migrateDocument } from "@/lib/workflow/migrate-document";

/** A workflow from a file, with parameters of its steps replaced. Throws `invalid_request`, one line that says what is wrong. */
export async function readWorkflowFile(path: string, settings: readonly string[]): Promise<WorkflowDocument> {
  const document = parseDocument(path, await readText(path));
  return overrideParams(document, parseOverrides(document.nodes, settings));
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    // Editors on Windows put a mark before the text, or save it as UTF-16.
    return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8").decode(bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = { ENOENT: "there is no such file", EISDIR: "it is a folder", EACCES: "you may not read it" }[code] ?? (error instanceof Error ? error.message : String(error));
    throw new AppError("invalid_request", { detail: `${path}: ${reason}` }, { cause: error });
  }
}

function parseDocument(path: string, text: string): WorkflowDocument {
  try {
    return migrateDocument(JSON.parse(text));
  } catch (error) {
    const reason = isAppError(error) ? error.message : error instanceof SyntaxError ? `it is not JSON: ${error.message}` : "it is not a workflow";
    throw new AppError("invalid_request", { detail: `${path}: ${reason.replace(/\s*\n\s*/g, " ")}` }, { cause: error });
  }
}

function parseOverrides(nodes: readonly WorkflowNode[], settings: readonly string[]): Record<string, Record<string, unknown>> {
  const overrides: Record<string, Record<string, unknown>> = {};
  for (const text of settings) {
    const [, step, param = "", value = ""] = /^(.+?)\.(\w+)=([\s\S]*)$/.exec(text) ?? [];
    const node = nodes.find(({ id, title }) => id === step || title === step) ?? findTitled(nodes, text);
    if (!node) throw new AppError("invalid_request", { detail: `--set ${text}: there is no such step` });
    const rest = node.title !== step && node.id !== step ? /^\.(\w+)=([\s\S]*)$/.exec(text.slice(node.title.length)) : null;
    (overrides[node.id] ??= {})[rest?.[1] ?? param] = parseValue(node, rest?.[1] ?? param, rest?.[2] ?? value);
  }
  return overrides;
}

/** A step whose title has a dot and an equals sign in it. */
function findTitled(nodes: readonly WorkflowNode[], text: string): WorkflowNode | undefined {
  return nodes.find(({ title }) => text.startsWith(`${title}.`));
}

/** JSON if the parameter takes it, else the text as it stands: a template may look like JSON. */
function parseValue(node: WorkflowNode, param: string, text: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text;
  }
  const definition: AnyStepDefinition | undefined = (stepDefinitions as Record<string, AnyStepDefinition>)[node.step];
  const schema = definition && listParams(definition.params).find(({ name }) => name === param)?.schema;
  if (!schema || schema.safeParse(parsed).success) return parsed;
  return schema.safeParse(text).success ? text : parsed;
}
