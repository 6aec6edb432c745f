import { issueRows } from "@/lib/tables/issue-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { typeOfColumn } from "../../_sdk/check-helpers";
import { nameStepColumns } from "../../_sdk/step-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import { addedColumns } from "./added-columns";
import type { definition } from "./definition";
import { IN0, OWN_PREFIX, ROW } from "@/lib/steps/_sdk/own-columns";

const [FOUND, GOLD, HITS] = ["found", "gold", "hits"].map((name) => OWN_PREFIX + name) as [string, string, string];

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, emitReport, reject }) {
    const { view, columns } = input("input");
    const { k } = params;
    const found = quoteIdentifier(params.found);
    const gold = quoteIdentifier(params.gold);
    const texts = (list: string) => `list_transform(${list}, lambda x: CAST(x AS VARCHAR))`;
    const member = params.member === null || params.member === "" ? null : quoteLiteral(`$."${params.member.replaceAll('"', "")}"`);
    const items = member === null ? texts(found) : `list_transform(${found}, lambda x: json_extract_string(to_json(x), ${member}))`;
    const wanted = typeOfColumn(columns, params.gold) === "list" ? texts(gold) : `[CAST(${gold} AS VARCHAR)]`;
    const isLabelled = `${gold} IS NOT NULL${typeOfColumn(columns, params.gold) === "list" ? ` AND len(${gold}) > 0` : ""}`;
    const names = nameStepColumns(addedColumns(k), columns.map(({ name }) => name));
    const [recall, ndcg, reciprocal] = addedColumns(k).map((name) => quoteIdentifier(names.get(name) ?? name));
    // Binary relevance: DCG = sum of 1 / log2(place + 1) over what is relevant (Järvelin and Kekäläinen 2002).
    const rows = `
      SELECT * EXCLUDE (${FOUND}, ${GOLD}, ${HITS}),
        len(list_filter(${HITS}, lambda h: h > 0))::DOUBLE / len(${GOLD}) AS ${recall ?? ""},
        coalesce(list_sum(list_transform(${HITS}, lambda h, place: h / log2(place + 1))), 0)
          / list_sum(list_transform(range(1, least(len(${GOLD}), ${String(k)}) + 1), lambda place: 1 / log2(place + 1))) AS ${ndcg ?? ""},
        coalesce(1 / nullif(list_position(${HITS}, 1.0), 0)::DOUBLE, 0) AS ${reciprocal ?? ""}
      FROM (SELECT *, list_transform(${FOUND}, lambda item, place: CASE WHEN list_contains(${GOLD}, item) AND list_position(${FOUND}, item) = place THEN 1.0 ELSE 0.0 END) AS ${HITS}
        FROM (SELECT *, coalesce(list_slice(${items}, 1, ${String(k)}), []) AS ${FOUND}, list_distinct(${wanted}) AS ${GOLD} FROM ${view} WHERE ${isLabelled}))`;
    await emit("output", `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM (${rows}) ORDER BY ${IN0}`);
    await emitReport(
      "summary",
      `SELECT unnest([${[...addedColumns(k), "rows"].map((name) => quoteLiteral(name)).join(", ")}]) AS measure,
         unnest([round(avg(${recall ?? ""}), 12), round(avg(${ndcg ?? ""}), 12), round(avg(${reciprocal ?? ""}), 12), count(*)::DOUBLE]) AS value FROM (${rows})`,
    );
    await reject(issueRows("row_unlabelled", `${view} WHERE NOT coalesce(${isLabelled}, false)`, { column: params.gold }));
  },
};
