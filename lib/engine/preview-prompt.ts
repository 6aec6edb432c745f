import { AppError, isAppError, type ErrorRecord } from "@/lib/core/app-error";
import type { ChatMessage } from "@/lib/llm/chat";
import type { RowsRunner } from "@/lib/steps/_sdk/step-runner";
import type { TableSession } from "@/lib/tables/table-session";
import { createTableView } from "@/lib/tables/table-view";
import { createTableReader, selectTexts } from "./row-input";
import type { SharedResources } from "./resources";
import { findDefinitionOrThrow, loadRunner, type StepParams } from "./step-catalogue";
import { findRowTable, openInputs, type StepInputs } from "./step-inputs";

export interface PromptPreview {
  messages: { role: ChatMessage["role"]; text: string; isCut: boolean }[];
  /** False where the input has no rows. */
  hasRow: boolean;
  problem: ErrorRecord | null;
}

interface PreviewRequest {
  step: string;
  params: StepParams;
  /** `<fingerprint>/<port>`, by input port. */
  inputs: Record<string, string[]>;
}

/** Characters of a message that are shown. */
const SHOWN = 20_000;

/** Ends a row where it would ask its model. */
class ModelAsked extends Error {}

function askNobody(): never {
  throw new ModelAsked();
}

function showMessage({ role, content }: ChatMessage): PromptPreview["messages"][number] {
  const text = typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : part.url.slice(0, 100))).join("\n");
  return { role, text: text.slice(0, SHOWN).toWellFormed(), isCut: text.length > SHOWN };
}

/** What a step would say to its model for the first row of its input: the step's own code, up to where it asks. Throws `table_missing`, `unknown_step`, `params_invalid`. */
export async function previewPrompt(resources: SharedResources, { step, params: given, inputs: addresses }: PreviewRequest): Promise<PromptPreview> {
  const definition = findDefinitionOrThrow(step);
  const runner = await loadRunner(step);
  const parsed = definition.params.safeParse(given);
  if (!parsed.success || runner.kind !== "rows" || definition.preview !== "prompt") throw new AppError("params_invalid", { param: "params", detail: "this step has no prompt to show" });
  const inputs = await openInputs(resources, { step, inputs: addresses });
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder] });
  try {
    return await askFirstRow(resources, runner, { step, params: parsed.data, inputs, session });
  } finally {
    session.close();
  }
}

interface FirstRow {
  step: string;
  params: StepParams;
  inputs: StepInputs;
  session: TableSession;
}

async function askFirstRow(resources: SharedResources, runner: RowsRunner<StepParams>, { step, params, inputs, session }: FirstRow): Promise<PromptPreview> {
  const messages: PromptPreview["messages"] = [];
  try {
    const row = await readFirstRow(resources, runner, { step, params, inputs, session });
    if (!row) return { messages, hasRow: false, problem: null };
    const prepared = await runner.prepare?.({ params, readTable: createTableReader(resources, session, inputs) });
    await runner.processRow(row, {
      params,
      prepared,
      rowNumber: 0,
      signal: new AbortController().signal,
      fitParts: (total) => total,
      complete(asked) {
        messages.push(...asked.map(showMessage));
        return Promise.reject(new ModelAsked());
      },
      embed: askNobody,
      classify: askNobody,
      likelihood: askNobody,
    });
  } catch (error) {
    if (error instanceof ModelAsked) return { messages, hasRow: true, problem: null };
    if (!isAppError(error)) throw error;
    return { messages, hasRow: true, problem: error.toRecord() };
  }
  return { messages, hasRow: true, problem: null };
}

/** An empty row for a step that makes its rows; undefined where the input has none. */
async function readFirstRow({ dataFolder }: SharedResources, runner: RowsRunner<StepParams>, { step, params, inputs, session }: FirstRow): Promise<Record<string, unknown> | undefined> {
  if (runner.generateCount) return {};
  const table = findRowTable(step, inputs);
  if (!table) throw new AppError("table_missing");
  const view = await createTableView(session, { name: "preview_input", dataFolder, manifest: table, range: { start: 0, end: Math.min(1, table.rows) } });
  const columns = selectTexts(table, runner.readColumns(params, table.columns));
  const [row] = await session.query(`SELECT ${columns.length > 0 ? columns.join(", ") : "NULL"} FROM ${view}`);
  return row;
}
