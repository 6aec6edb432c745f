import { z } from "zod";
import type { ColumnType } from "./columns";
import type { PortColumns, StepProblem } from "./define-step";
import { addStepColumns } from "./step-columns";

/** Ports of a step that asks a model about each row of a table. */
export const promptingPorts = [
  { name: "input", type: "table", required: true },
  { name: "model", type: "model", required: false },
] as const;

const label = z.string().max(200).meta({ field: { kind: "text" }, advanced: true });
export const labelParam = label;
export const separatorParam = z.string().max(200).meta({ field: { kind: "multiline" }, advanced: true });

/** What becomes of a row whose reply does not say what was asked. Never a label by chance. */
export const unparsedParam = z.enum(["reject", "fail", "keep"]).meta({ field: { kind: "select" } });

export function requireText(text: string, param: string): StepProblem[] {
  return text.trim() === "" ? [{ code: "param_required", data: { param }, param }] : [];
}

/** The table with a prompting step's columns behind it. */
export function addReplyColumns(columns: PortColumns, promptColumn: string, added: { name: string; type: ColumnType; param: string }[]): ReturnType<typeof addStepColumns> {
  return addStepColumns(columns, [{ name: promptColumn, type: "text", param: "promptColumn" }, ...added]);
}
