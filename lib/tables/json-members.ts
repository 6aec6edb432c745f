import type { SqlSession } from "@/lib/steps/_sdk/step-runner";

const integers = new Set(["BIGINT", "UBIGINT"]);
/** A whole number too large for a column stays as it was written. */
const KIND = "CASE WHEN json_type(member) = 'UBIGINT' AND try_cast(member->>'$' AS BIGINT) IS NULL THEN 'HUGE' ELSE json_type(member) END";

/**
 * A column of lists with members that are values, not JSON, where they are all of one kind: in JSON a text wears quotes,
 * which nobody wants in a prompt. `list` is quoted.
 */
export async function plainMembers(sql: SqlSession, view: string, { list, type }: { list: string; type: string | undefined }): Promise<string> {
  if (type !== "JSON[]") return list;
  const found = await sql.query(`SELECT DISTINCT ${KIND} AS kind FROM (SELECT unnest(${list}) AS member FROM ${view})`);
  const kinds = found.map(({ kind }) => String(kind)).filter((kind) => kind !== "null" && kind !== "NULL");
  const all = (isOne: (kind: string) => boolean): boolean => kinds.length > 0 && kinds.every(isOne);
  const convert = (to: string): string => `list_transform(${list}, lambda member: (member->>'$')${to})`;
  if (all((kind) => kind === "VARCHAR")) return convert("");
  if (all((kind) => kind === "BOOLEAN")) return convert("::BOOLEAN");
  if (all((kind) => integers.has(kind))) return convert("::BIGINT");
  if (all((kind) => integers.has(kind) || kind === "DOUBLE")) return convert("::DOUBLE");
  return list;
}
