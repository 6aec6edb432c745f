import { AppError } from "@/lib/core/app-error";
import { issueRows } from "@/lib/tables/issue-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { Column } from "../../_sdk/columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { findUnlikeKeys, joinedColumns, type JoinedColumn } from "./joined-columns";
import { IN0, ROW, parentColumn } from "@/lib/steps/_sdk/own-columns";

/** Every row with every row is soon more than any disk holds. */
const CROSS_ROWS = 100_000_000;

const joins = {
  inner: "JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  semi: "SEMI JOIN",
  anti: "ANTI JOIN",
  cross: "CROSS JOIN",
} as const;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitMany, reject }) {
    const left = input("left");
    const right = input("right");
    const [unlike] = findUnlikeKeys(params, left.columns, right.columns);
    if (unlike) throw new AppError("join_keys_differ", unlike);
    const rows = left.rows * right.rows;
    if (params.kind === "cross" && rows > CROSS_ROWS)
      throw new AppError("join_too_large", { rows, limit: CROSS_ROWS });
    // An empty cell equals nothing, so it never matches.
    const matches = params.keys
      .map((key) => match(key, left.columns, right.columns))
      .join(" AND ");
    const on = params.kind === "cross" ? "" : `ON ${matches}`;
    const from = `${left.view} l ${joins[params.kind]} ${right.view} r ${on}`;
    const filters = params.kind === "semi" || params.kind === "anti";
    const lineage = filters ? [`l.${ROW} AS ${IN0}`] : [`l.${ROW} AS ${IN0}`, `r.${ROW} AS ${parentColumn(1)}`];
    const order = filters ? `l.${ROW}` : `l.${ROW} NULLS LAST, r.${ROW}`;
    const columns = joinedColumns(params, left.columns, right.columns).columns.map(select);
    // A row may meet several, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${[...columns, ...lineage].join(", ")} FROM ${from} ORDER BY ${order}`,
    );
    if (!filters) return;
    const others = params.kind === "semi" ? "ANTI JOIN" : "SEMI JOIN";
    await reject(
      issueRows("row_not_matched", `(SELECT l.${ROW} FROM ${left.view} l ${others} ${right.view} r ${on})`),
    );
  },
};

/** A whole number beside a number is compared as a double, in which neighbours beyond 2^53 are the same. */
function match(key: { left: string; right: string }, left: Column[], right: Column[]): string {
  const sides = [`l.${quoteIdentifier(key.left)}`, `r.${quoteIdentifier(key.right)}`];
  const equal = sides.join(" = ");
  const types = [left.find(({ name }) => name === key.left)?.type, right.find(({ name }) => name === key.right)?.type];
  if (!types.includes("integer") || !types.includes("number")) return equal;
  return `${equal} AND ${sides.map((side) => `TRY_CAST(${side} AS HUGEINT)`).join(" = ")}`;
}

function select({ name, left, right }: JoinedColumn): string {
  const sides = [
    ...(left === null ? [] : [`l.${quoteIdentifier(left)}`]),
    ...(right === null ? [] : [`r.${quoteIdentifier(right)}`]),
  ];
  const value = sides.length > 1 ? `coalesce(${sides.join(", ")})` : sides[0];
  return `${value} AS ${quoteIdentifier(name)}`;
}
