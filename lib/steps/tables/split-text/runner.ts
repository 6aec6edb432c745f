import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { emitChecked } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

const patterns = { lines: "\\r\\n|\\n|\\r", "blank-lines": "(?:\\r?\\n[ \\t]*){2,}", spaces: "\\s+" } as const;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const column = quoteIdentifier(params.column);
    let list =
      params.at === "separator"
        ? `string_split(${column}, ${quoteLiteral(params.separator)})`
        : `string_split_regex(${column}, ${quoteLiteral(patterns[params.at])})`;
    if (params.trim) list = `list_transform(${list}, lambda part: regexp_replace(part, '^\\s+|\\s+$', '', 'g'))`;
    if (params.dropEmpty) list = `list_filter(${list}, lambda part: part <> '')`;
    await emitChecked({ emit, record: fail }, input("input"), [{ name: params.name || params.column, sql: list }], []);
  },
};
