import { z } from "zod";
import type { PortColumns } from "./define-step";

/** Names of the columns that a prompting step adds. */
export const replyColumnParams = {
  promptColumn: z.string().min(1).max(200).meta({ field: { kind: "text" }, advanced: true }),
  replyColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
};

/** The prompt of an earlier step gives way to this step's, so that steps can follow each other without renaming. */
export function withoutColumn(columns: PortColumns, name: string): PortColumns {
  return columns && columns.filter((column) => column.name !== name);
}
