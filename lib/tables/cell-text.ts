import { isNested, type Column } from "@/lib/steps/_sdk/columns";
import { quoteIdentifier } from "./quote-identifier";

/** SQL of a cell as text: values as a person writes them, lists and objects as JSON, bytes as Base64. */
export function cellText({ name, type }: Pick<Column, "name" | "type">, quoted = quoteIdentifier(name)): string {
  if (type === "text") return quoted;
  if (type === "binary") return `base64(${quoted})`;
  if (isNested(type)) return `${cellJson({ name, type }, quoted)}::VARCHAR`;
  return `${quoted}::VARCHAR`;
}

/** SQL of a cell as JSON. */
export function cellJson({ name, type }: Pick<Column, "name" | "type">, quoted = quoteIdentifier(name)): string {
  if (type === "binary") return `to_json(base64(${quoted}))`;
  if (type !== "image") return `to_json(${quoted})`;
  return `CASE WHEN ${quoted} IS NOT NULL THEN to_json({'path': ${quoted}.path, 'bytes': base64(${quoted}.bytes)}) END`;
}
