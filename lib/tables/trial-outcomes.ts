import { valueNamed } from "@/lib/core/named-values";
import type { TableContext } from "@/lib/steps/_sdk/step-runner";
import { readFirstNumber } from "./read-first-number";

export interface TrialOutcomes {
  /** The value by which trials are compared, by the trial's place, from 0. A trial that failed, was given up, or has no number there, has none. */
  values: Map<number, number>;
}

/**
 * The outcomes of a sweep's trials: the number in the first row of what is connected to `watched`, or a measure of the models
 * at `models`, where `loss` is the lowest on the validation rows. Throws `column_missing`.
 */
export async function readOutcomes({ sql, inputs, models }: Pick<TableContext<unknown>, "sql" | "inputs" | "models">, column: string): Promise<TrialOutcomes> {
  const values = new Map<number, number>();
  for (const table of inputs("watched")) {
    const value = await readFirstNumber(sql, table, column);
    if (value !== null) values.set(table.place, value);
  }
  for (const { place, open } of models("models")) {
    const result = (await open()).training?.result;
    const value = column === "loss" ? (result?.bestEvalLoss ?? result?.finalTrainLoss) : valueNamed(result?.measures, column);
    if (typeof value === "number" && Number.isFinite(value)) values.set(place, value);
  }
  return { values };
}
