import { describeTypes } from "@/lib/tables/describe-types";
import { issueRows } from "@/lib/tables/issue-rows";
import { plainMembers } from "@/lib/tables/json-members";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emitMany, reject }) {
    const { view, columns } = input("input");
    const list = quoteIdentifier(params.column);
    const types = await describeTypes(sql, view);
    const members = await plainMembers(sql, view, { list, type: types.get(params.column) });
    const index = params.indexColumn === "" ? null : quoteIdentifier(params.indexColumn);
    const numbers = "unnest(range(greatest(1, coalesce(len(LIST), 0)))) + 1".replace("LIST", list);
    const selected = columns.map(({ name }) => {
      if (name === params.column) return `unnest(CASE WHEN len(${list}) > 0 THEN ${members} ELSE [NULL] END) AS ${list}`;
      const quoted = quoteIdentifier(name);
      return name === params.indexColumn ? `${numbers} AS ${quoted}` : quoted;
    });
    if (index !== null && !columns.some(({ name }) => name === params.indexColumn))
      selected.push(`${numbers} AS ${index}`);
    const filled = `coalesce(len(${list}), 0) > 0`;
    // One row becomes several, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${selected.join(", ")}, ${ROW} AS ${IN0} FROM ${view}${params.empty === "reject" ? ` WHERE ${filled}` : ""}`,
    );
    if (params.empty === "reject")
      await reject(issueRows("row_list_empty", `${view} WHERE NOT (${filled})`, { column: params.column }));
  },
};
