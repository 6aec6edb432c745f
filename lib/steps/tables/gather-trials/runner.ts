import { valueNamed } from "@/lib/core/named-values";
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { readOutcomes } from "@/lib/tables/trial-outcomes";
import type { StepRunner, TableContext } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0 } from "@/lib/steps/_sdk/own-columns";

type Context = TableContext<Parameters<(typeof definition)["outputs"]>[0]>;
const chosenParams = z.record(z.string(), z.unknown());

/** One row a trial. At most 200 of them, so that they are put together here. */
export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { params, pruned, emitReport, fail } = context;
    const { values } = await readOutcomes(context, params.column);
    const best = findBest(values, params.direction);
    if (best === null) throw new AppError("trial_none", { detail: `0 of ${String(params.trials)} trials have “${params.column}”` });
    const settings = params.values ? params.values.map((row) => Object.fromEntries(params.columns.map((column, index) => [column, row[index]]))) : await readChoices(context);
    const givenUp = new Set(pruned("trained").map((place) => Math.floor(place / params.trainers)));
    const rows = Array.from({ length: params.trials }, (_, trial) => ({
      trial: trial + 1,
      state: values.has(trial) ? "done" : givenUp.has(trial) ? "pruned" : "failed",
      objective: values.get(trial) ?? null,
      best: trial === best,
      settings: settings[trial] ?? {},
    }));
    const taken = params.columns.map((column) => `${writeValue(rows.map((row) => valueNamed(row.settings, column)), column)} AS ${quoteIdentifier(column)}`);
    await emitReport(
      "trials",
      `SELECT r.trial::BIGINT AS trial, r.state::VARCHAR AS state, ${taken.map((value) => `${value}, `).join("")}r.objective::DOUBLE AS objective, r.best::BOOLEAN AS best
       FROM (SELECT unnest(CAST(CAST(? AS JSON) AS STRUCT(trial BIGINT, state VARCHAR, objective DOUBLE, best BOOLEAN, settings JSON)[])) AS r)`,
      [JSON.stringify(rows)],
    );
    const failed = rows.filter(({ state }) => state === "failed").map(({ trial }) => trial);
    await fail(`SELECT NULL::BIGINT AS ${IN0}, 'trial_failed' AS code, json_object('trial', trial)::VARCHAR AS data FROM (SELECT unnest(CAST(CAST(? AS JSON) AS BIGINT[])) AS trial)`, [JSON.stringify(failed)]);
  },
};

/** The first of the best: of equals, the earlier trial. */
function findBest(values: ReadonlyMap<number, number>, direction: "maximise" | "minimise"): number | null {
  const sign = direction === "maximise" ? -1 : 1;
  const sorted = [...values].toSorted(([a, one], [b, other]) => sign * (one - other) || a - b);
  return sorted[0]?.[0] ?? null;
}

async function readChoices({ sql, inputs }: Context): Promise<Record<string, unknown>[]> {
  const settings: Record<string, unknown>[] = [];
  for (const { view, place } of inputs("choices")) {
    const [row] = await sql.query(`SELECT to_json(params)::VARCHAR AS params FROM ${view} LIMIT 1`);
    settings[place] = chosenParams.parse(JSON.parse(String(row?.["params"])));
  }
  return settings;
}

/** A parameter as a column: of numbers, of booleans, else of texts. */
function writeValue(values: readonly unknown[], column: string): string {
  const present = values.filter((value) => value !== null && value !== undefined);
  const path = quoteLiteral(`$."${column.replaceAll('"', '\\"')}"`);
  const are = (kind: string) => present.length > 0 && present.every((value) => typeof value === kind);
  if (are("number")) return `CAST(json_extract(r.settings, ${path}) AS ${present.every(Number.isInteger) ? "BIGINT" : "DOUBLE"})`;
  if (are("boolean")) return `CAST(json_extract(r.settings, ${path}) AS BOOLEAN)`;
  return `json_extract_string(r.settings, ${path})`;
}
