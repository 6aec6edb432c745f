import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { InputTable, SqlSession } from "../../_sdk/step-runner";

/** Structures that rows may have before a column counts as free JSON, and the longest of them: both bound what is held in memory. */
const MOST_STRUCTURES = 200;
const LONGEST_STRUCTURE = 10_000;

/** How the columns of all splits are written: `datasets` wants one type for a column in all of them. */
export interface ColumnPlan {
  /** By column: what `from_json` makes of its JSON. */
  structures: Map<string, string>;
  /** JSON without one structure that fits all rows, written as text. */
  texts: string[];
}

/** A structure as `json_group_structure` tells it. */
type Structure = string | Structure[] | { [member: string]: Structure };

/** Finds for each column of JSON whether its rows have one structure. Two passes over a column, whatever its rows. */
export async function planColumns(sql: SqlSession, tables: readonly InputTable[]): Promise<ColumnPlan> {
  const types = await Promise.all(tables.map((table) => describeTypes(sql, table)));
  const plan: ColumnPlan = { structures: new Map(), texts: [] };
  for (const name of new Set(types.flatMap((columns) => [...columns.keys()]))) {
    const own = types.flatMap((columns) => columns.get(name) ?? []);
    if (!own.some(hasJson)) continue;
    const structure = own.every((type) => type === "JSON" || type === "JSON[]") ? await findStructure(sql, name, tables.filter((_, index) => types[index]?.has(name))) : null;
    if (structure === null) plan.texts.push(name);
    else plan.structures.set(name, structure);
  }
  return plan;
}

/** DuckDB types of a table's columns. */
export async function describeTypes(sql: SqlSession, { view, columns }: InputTable): Promise<Map<string, string>> {
  const described = await sql.query(`DESCRIBE SELECT * FROM ${view}`);
  const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]));
  return new Map(columns.map(({ name }) => [name, types.get(name) ?? ""]));
}

const QUOTED_OR_JSON = /"(?:[^"]|"")*"|\bJSON(?=[,)[]|$)/g;

/** A type with text for JSON, but for members that are called so. */
export function withoutJson(type: string): string {
  return type.replace(QUOTED_OR_JSON, (part) => (part === "JSON" ? "VARCHAR" : part));
}

function hasJson(type: string): boolean {
  return withoutJson(type) !== type;
}

async function findStructure(sql: SqlSession, name: string, tables: readonly InputTable[]): Promise<string | null> {
  const column = quoteIdentifier(name);
  const cells = tables.map(({ view }) => `SELECT to_json(${column}) AS cell FROM ${view} WHERE ${column} IS NOT NULL`).join(" UNION ALL ");
  const [counted] = await sql.query(
    `SELECT approx_count_distinct(structure)::BIGINT AS kinds, coalesce(max(length(structure)), 0)::BIGINT AS longest, coalesce(bool_or(long), false) AS long
     FROM (SELECT json_structure(cell)::VARCHAR AS structure, regexp_matches(cell::VARCHAR, '[0-9.]{16,}') AS long FROM (${cells}))`,
  );
  const kinds = Number(counted?.kinds ?? 0);
  if (kinds === 0 || kinds > MOST_STRUCTURES || Number(counted?.longest) > LONGEST_STRUCTURE) return null;
  const [merged] = await sql.query(`SELECT json_group_structure(cell)::VARCHAR AS structure FROM (${cells})`);
  const structure = JSON.parse(String(merged?.structure)) as Structure;
  if (typeof structure === "string" || !isFit(structure)) return null;
  const text = JSON.stringify(settleTypes(structure));
  // Digits that a double does not hold, or a signed number.
  if (counted?.long === true) return text.includes('"DOUBLE"') ? null : text;
  return JSON.stringify(settleTypes(structure, "BIGINT"));
}

/** Of one kind everywhere, with members that a struct can have: DuckDB tells none apart by case. */
function isFit(structure: Structure): boolean {
  if (typeof structure === "string") return structure !== "JSON";
  const names = Array.isArray(structure) ? [] : Object.keys(structure);
  if (!Array.isArray(structure) && (names.length === 0 || names.includes("") || new Set(names.map((name) => name.toLowerCase())).size < names.length)) return false;
  return Object.values(structure).every(isFit);
}

/** What was null in all rows becomes text, and a number without a sign is of the type `unsigned`. */
function settleTypes(structure: Structure, unsigned = "UBIGINT"): Structure {
  if (structure === "NULL") return "VARCHAR";
  if (typeof structure === "string") return structure === "UBIGINT" ? unsigned : structure;
  if (Array.isArray(structure)) return structure.length === 0 ? ["VARCHAR"] : structure.map((member) => settleTypes(member, unsigned));
  return Object.fromEntries(Object.entries(structure).map(([name, member]) => [name, settleTypes(member, unsigned)]));
}
