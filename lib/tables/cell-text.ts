import { isNested, type Column } from "@/lib/steps/_sdk/columns";
import { quoteIdentifier } from "./quote-identifier";

/** SQL of a cell as text: values as a person writes them, lists and objects as JSON, a text within JSON without its quotes, bytes as Base64. */
export function cellText({ name, type }: Pick<Column, "name" | "type">, quoted = quoteIdentifier(name)): string {
  if (type === "text") return quoted;
  if (type === "binary") return `base64(${quoted})`;
  if (type === "object") return plainText(cellJsonText({ name, type }, quoted));
  if (isNested(type)) return cellJsonText({ name, type }, quoted);
  return `${quoted}::VARCHAR`;
}

/** Of JSON as text: a text that stands alone as itself. Told by its first sign, since NaN is no JSON to DuckDB. */
export function plainText(json: string): string {
  return `CASE WHEN starts_with(ltrim(${json}), '"') THEN CAST(${json} AS JSON) ->> '$' ELSE ${json} END`;
}

/** SQL of a list or object as the text of its JSON. */
export function cellJsonText(column: Pick<Column, "name" | "type">, quoted = quoteIdentifier(column.name)): string {
  return `${cellJson(column, quoted)}::VARCHAR`;
}

/** SQL of a cell as JSON. */
export function cellJson({ name, type }: Pick<Column, "name" | "type">, quoted = quoteIdentifier(name)): string {
  if (type === "binary") return `to_json(base64(${quoted}))`;
  if (type !== "image") return `to_json(${quoted})`;
  return `CASE WHEN ${quoted} IS NOT NULL THEN to_json({'path': ${quoted}.path, 'bytes': base64(${quoted}.bytes)}) END`;
}
