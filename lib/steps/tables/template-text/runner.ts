import { cellText } from "@/lib/tables/cell-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { columnNamed } from "../../_sdk/check-helpers";
import type { Column } from "../../_sdk/columns";
import { emitChecked } from "../../_sdk/compute-columns";
import { findPlaceholders } from "../../_sdk/param-fields";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const table = input("input");
    const checks = findPlaceholders(params.template).map((column) => ({
      unfit: `${quoteIdentifier(column)} IS NULL`,
      code: "row_value_null" as const,
      data: { column },
    }));
    await emitChecked(
      { emit, record: fail },
      table,
      [{ name: params.name, sql: `concat(${splitTemplate(params.template, table.columns).join(", ")})` }],
      params.empty === "fail" ? checks : [],
    );
  },
};

/** A template as SQL of its pieces. A value is a piece of its own, so braces within it stay as they are. */
function splitTemplate(template: string, columns: Column[]): string[] {
  const pieces = template.split(/(\{\{|\}\}|\{[^{}\n]+\})/).filter((piece) => piece !== "");
  return pieces.map((piece) => {
    if (piece === "{{" || piece === "}}") return quoteLiteral(piece.slice(1));
    if (!/^\{[^{}\n]+\}$/.test(piece)) return quoteLiteral(piece);
    return cellText(columnNamed(columns, piece.slice(1, -1)));
  });
}
