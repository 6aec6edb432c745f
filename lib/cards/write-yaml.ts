export type YamlScalar = string | number | boolean;
export type YamlValue = YamlScalar | readonly YamlValue[] | { readonly [key: string]: YamlValue | undefined };

/**
 * YAML of plain values, for the header of a card. Every text is double-quoted with JSON's escapes, which YAML shares, so no
 * text is ever read as another type or ends the header. Undefined members and empty lists are left out.
 */
export function writeYaml(record: Readonly<Record<string, YamlValue | undefined>>): string {
  return writeMembers(record, "").map((line) => `${line}\n`).join("");
}

function writeMembers(record: Readonly<Record<string, YamlValue | undefined>>, indent: string): string[] {
  return Object.entries(record).flatMap(([key, value]) => {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    const name = `${indent}${/^[a-z][a-z0-9_]*$/i.test(key) ? key : quoteText(key)}:`;
    return isScalar(value) ? [`${name} ${writeScalar(value)}`] : [name, ...writeNested(value, indent)];
  });
}

function writeNested(value: Exclude<YamlValue, YamlScalar>, indent: string): string[] {
  if (!isList(value)) return writeMembers(value, `${indent}  `);
  return value.flatMap((item) => {
    if (isScalar(item)) return [`${indent}- ${writeScalar(item)}`];
    const [first = "", ...rest] = writeNested(item, `${indent}  `).map((line) => (isList(item) ? line : line.slice(2)));
    return [`${indent}- ${first.slice(indent.length)}`, ...rest.map((line) => `  ${line}`)];
  });
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function isScalar(value: YamlValue): value is YamlScalar {
  return typeof value !== "object";
}

function writeScalar(value: YamlScalar): string {
  return typeof value === "string" ? quoteText(value) : String(value);
}

/** JSON leaves some characters as they are that YAML does not print or takes for line breaks. */
function quoteText(text: string): string {
  const escape = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text.toWellFormed()).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escape);
}
