import type { SqlSession } from "@/lib/steps/_sdk/step-runner";

export type InferredType = "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN";

/**
 * Types of the text columns `c0`, `c1`, … of a FROM item, over all rows. A number is taken for one only where nothing is
 * lost but the way it is written: `007`, `+1` and long digit strings stay text.
 */
export async function inferTextTypes(
  sql: SqlSession,
  from: string,
  count: number,
): Promise<InferredType[]> {
  if (count === 0) return [];
  const tests = Array.from({ length: count }, (_, index) => {
    const column = `c${index}`;
    return [
      `count(${column}) AS filled${index}`,
      `coalesce(bool_and(regexp_full_match(${column}, '-?(0|[1-9][0-9]{0,17})')), false) AS integer${index}`,
      `coalesce(bool_and(regexp_full_match(${column}, '-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,17})?([eE][-+]?[0-9]{1,3})?')), false) AS number${index}`,
      `coalesce(bool_and(lower(${column}) IN ('true', 'false')), false) AS boolean${index}`,
    ].join(", ");
  });
  const [row] = await sql.query(`SELECT ${tests.join(", ")} FROM ${from}`);
  return Array.from({ length: count }, (_, index) => {
    if (row?.[`integer${index}`] === true) return "BIGINT";
    if (row?.[`number${index}`] === true) return "DOUBLE";
    return row?.[`boolean${index}`] === true ? "BOOLEAN" : "VARCHAR";
  });
}
