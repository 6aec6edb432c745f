import { describeTypes } from "@/lib/tables/describe-types";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { emitChecked } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, fail }) {
    const table = input("input");
    const types = await describeTypes(sql, table.view);
    const lists = params.columns.map((name) => listOfTexts(quoteIdentifier(name), types.get(name) ?? "VARCHAR"));
    const all = `flatten([${lists.join(", ")}])`;
    const kept = params.skipEmpty ? `list_filter(${all}, lambda part: part <> '')` : `list_transform(${all}, lambda part: coalesce(part, ''))`;
    const text = `array_to_string(${kept}, ${quoteLiteral(params.separator)})`;
    await emitChecked({ emit, record: fail }, table, [{ name: params.name, sql: text }], []);
  },
};

/** A cell as a list of texts: of a list its members, of anything else itself. */
function listOfTexts(column: string, type: string): string {
  if (type === "JSON") return `[${column}->>'$']`;
  if (/^(STRUCT|MAP|UNION)\(.*\)$/.test(type)) return `[to_json(${column})::VARCHAR]`;
  if (!type.endsWith("]")) return `[${column}::VARCHAR]`;
  const member = type === "JSON[]" ? "member->>'$'" : /^(STRUCT|MAP|UNION)\(|\]\[/.test(type) ? "to_json(member)::VARCHAR" : "member::VARCHAR";
  return `coalesce(list_transform(${column}, lambda member: ${member}), [NULL::VARCHAR])`;
}
