import { isNested, type ColumnType } from "@/lib/steps/_sdk/columns";

/**
 * SQL of a label as text, by which labels of two columns are compared: 1, 1.0 and "1" are one label, and so are true, True
 * and "TRUE". Capitals and spaces of other texts tell labels apart. `trainer/data/label_text.py` does the same.
 */
export function labelText(value: string, type: ColumnType, other: ColumnType): string {
  // Beside a column of 0 and 1, yes and no are those.
  if (type === "boolean" && (other === "integer" || other === "number")) return `${value}::INTEGER::VARCHAR`;
  if (isNested(type)) return `to_json(${value})::VARCHAR`;
  const text = `${value}::VARCHAR`;
  const whole = `TRY_CAST(${text} AS HUGEINT)`;
  // Without the fraction or the exponent that the column's type writes whole numbers with.
  if (type === "number") return `CASE WHEN ${whole} = TRY_CAST(${text} AS DOUBLE) THEN ${whole}::VARCHAR ELSE ${text} END`;
  if (type !== "text") return text;
  // Zeros in front are part of a code.
  return `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?(0|[1-9]\\d*)(\\.0*)?\\s*') THEN coalesce(${whole}::VARCHAR, ${text}) WHEN lower(trim(${text})) IN ('true', 'false') THEN lower(trim(${text})) ELSE ${text} END`;
}
