import type { SqlSession } from "@/lib/steps/_sdk/step-runner";

/** DuckDB types: VARCHAR, BIGINT, DOUBLE, BOOLEAN or a DECIMAL. */
export type InferredType = string;

export interface InferredColumn {
  type: InferredType;
  /** Numbers that look like ones but are kept as text, since writing them back would give other text. */
  looksNumeric: boolean;
  /** Values that begin with the apostrophe of a CSV file made safe for spreadsheets. */
  guarded: number;
}

/** Text that a spreadsheet would run, after any number of apostrophes. `export-table.ts` puts one more before it. */
export const FORMULA = "^'*[\\t\\r\\n ]*(=|[+@-][^\\n]*([A-Za-z0-9_.][(]|[|][^\\n]*!))";

/**
 * Types of the text columns `c0`, `c1`, … of a FROM item, over all rows. Text becomes a number only where writing the number
 * gives the same text again, for every value of the column: `007`, `+84`, `1e5`, `1.1` beside `1.10` and long digit strings
 * stay text. Numbers with a fixed count of decimals (`0.50`) are decimals, others are doubles, whole ones among them with or
 * without `.0`, but not both.
 */
export async function inferTextTypes(sql: SqlSession, from: string, isText: readonly boolean[]): Promise<InferredColumn[]> {
  const tests = isText.flatMap((text, index) => (text ? [guardTest(index)] : [guardTest(index), ...numberTests(index)]));
  if (tests.length === 0) return [];
  const [row] = await sql.query(`SELECT ${tests.join(", ")} FROM ${from}`);
  return isText.map((text, index) => {
    const get = (name: string): unknown => row?.[`${name}${index}`];
    const is = (name: string): boolean => get(name) === true;
    const guarded = Number(get("guarded") ?? 0);
    if (text) return { type: "VARCHAR", looksNumeric: false, guarded };
    if (is("integer")) return { type: "BIGINT", looksNumeric: false, guarded };
    if ((is("fraction") || is("plain")) && is("finite")) return { type: "DOUBLE", looksNumeric: false, guarded };
    const scale = Number(get("scale") ?? 0);
    const precision = Number(get("whole") ?? 0) + scale;
    if (is("decimal") && Number(get("least")) === scale && precision <= 38) return { type: `DECIMAL(${Math.max(18, precision)},${scale})`, looksNumeric: false, guarded };
    if (is("boolean")) return { type: "BOOLEAN", looksNumeric: false, guarded };
    return { type: "VARCHAR", looksNumeric: is("numeric"), guarded };
  });
}

function guardTest(index: number): string {
  const column = `c${index}`;
  return `count(CASE WHEN starts_with(${column}, '''') AND regexp_matches(${column}, '${FORMULA.replaceAll("'", "''")}') THEN 1 END) AS guarded${index}`;
}

function numberTests(index: number): string[] {
  const column = `c${index}`;
  // Aggregates pass over what is null. A FILTER would do as well, but DuckDB then takes time with the square of their number.
  const filled = (value: string): string => `CASE WHEN ${column} <> '' THEN ${value} END`;
  const all = (test: string, name: string): string => `coalesce(bool_and(${filled(`coalesce(${test}, false)`)}), false) AS ${name}${index}`;
  const double = `TRY_CAST(${column} AS DOUBLE)::VARCHAR`;
  const isSpecial = `${column} IN ('nan', 'inf', '-inf')`;
  const decimals = `length(${column}) - instr(${column}, '.')`;
  const whole = `instr(ltrim(${column}, '-'), '.') - 1`;
  return [
    all(`TRY_CAST(${column} AS BIGINT)::VARCHAR = ${column}`, "integer"),
    all(`(${double} = ${column} AND ${column}[-1] BETWEEN '0' AND '9') OR ${isSpecial}`, "fraction"),
    all(`(regexp_replace(${double}, '\\.0$', '') = ${column} AND ${column} <> '-0' AND ${column}[-1] BETWEEN '0' AND '9') OR ${isSpecial}`, "plain"),
    `coalesce(bool_or(${filled(`NOT ${isSpecial}`)}), false) AS finite${index}`,
    all(`regexp_full_match(${column}, '-?(0|[1-9][0-9]*)[.][0-9]+') AND NOT regexp_full_match(${column}, '-0[.]0+')`, "decimal"),
    `max(${decimals}) AS scale${index}, min(${filled(decimals)}) AS least${index}, max(${whole}) AS whole${index}`,
    `(${["'true', 'false'", "'True', 'False'", "'TRUE', 'FALSE'"].map((words) => `coalesce(bool_and(${filled(`${column} IN (${words})`)}), false)`).join(" OR ")}) AS boolean${index}`,
    all(`regexp_full_match(${column}, '[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?')`, "numeric"),
  ];
}
