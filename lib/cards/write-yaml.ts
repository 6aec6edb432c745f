import { Document, visit } from "yaml";

export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue | undefined };

/** What some readers take for a line break or refuse; the library writes it as it is. */
const UNPRINTED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * YAML of plain values, for the header of a card. Every text is double-quoted, so that none is read as another type or ends
 * the header. Undefined members and empty lists are left out.
 */
export function writeYaml(record: Readonly<Record<string, YamlValue | undefined>>): string {
  const told = Object.entries(record).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  const wellFormed: unknown = JSON.parse(JSON.stringify(Object.fromEntries(told), (_, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value)));
  const document = new Document(wellFormed, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(place, node) {
      const isName = place === "key" && /^[a-z][a-z0-9_]{3,}$/i.test(String(node.value));
      if (typeof node.value === "string") node.type = isName && !/^(true|false|null)$/i.test(node.value) ? "PLAIN" : "QUOTE_DOUBLE";
    },
  });
  const yaml = document.toString({ lineWidth: 0, indentSeq: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
  return yaml.replace(UNPRINTED, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
