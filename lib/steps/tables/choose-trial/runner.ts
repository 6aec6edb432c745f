import { z } from "zod";
import type { TrialQuestion } from "@/lib/contracts/trainer";
import { readOutcomes } from "@/lib/tables/trial-outcomes";
import type { SearchRange } from "@/lib/workflow/document";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** As Optuna's TPE has it; a short search looks at outcomes sooner. */
const STARTUP_TRIALS = 10;
const points = z.array(z.number());

/** Trials whose outcome is not connected are those that may be under way at the same time. */
export const run: StepRunner<typeof definition> = {
  kind: "table",
  needsTrainer: true,
  async run(context) {
    const { params, sql, inputs, emitReport } = context;
    const outcomes = await readOutcomes(context, params.column);
    const trials: TrialQuestion["trials"] = [];
    for (const [place, choice] of inputs("choices").entries()) {
      const [row] = await sql.query(`SELECT to_json(point)::VARCHAR AS point FROM ${choice.view} LIMIT 1`);
      const value = outcomes.values.get(place) ?? null;
      const state = value !== null ? "done" : place < params.awaited ? "failed" : "running";
      trials.push({ point: points.parse(JSON.parse(String(row?.["point"]))), value, state });
    }
    const point = await context.suggestTrial({
      space: params.space.map(({ range }) => (range.kind === "values" ? { kind: "values", count: range.values.length } : { kind: "range", low: range.low, high: range.high, scale: range.scale, whole: range.whole })),
      trials,
      direction: params.direction,
      // Each trial draws by itself: without outcomes to look at, one seed would draw the same again and again.
      seed: (params.seed + params.trial * 7919) % 2 ** 32,
      startup: STARTUP_TRIALS,
    });
    const chosen = Object.fromEntries(params.space.map(({ column, range }, place) => [column, valueOf(range, point[place] ?? 0)]));
    await emitReport("choice", `SELECT CAST(? AS BIGINT) AS trial, CAST(CAST(? AS JSON) AS DOUBLE[]) AS point, CAST(? AS JSON) AS params`, [params.trial, JSON.stringify(point), JSON.stringify(chosen)]);
  },
};

function valueOf(range: SearchRange, number: number): unknown {
  if (range.kind === "values") return range.values[Math.round(number)];
  return range.whole ? Math.round(number) : Number(number.toPrecision(12));
}
