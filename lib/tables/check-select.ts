import { AppError } from "@/lib/core/app-error";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { readAllowedFunctions } from "./expression-functions";

const MAX_LENGTH = 100_000;
type Node = Record<string, unknown>;

/** Kinds of expressions; what is not here is refused, so that a new kind of a new DuckDB is too. */
const allowedClasses = new Set([
  "BETWEEN",
  "CASE",
  "CAST",
  "COLLATE",
  "COLUMN_REF",
  "COMPARISON",
  "CONJUNCTION",
  "CONSTANT",
  "FUNCTION",
  "LAMBDA",
  "OPERATOR",
  "POSITIONAL_REFERENCE",
  "STAR",
  "SUBQUERY",
  "TYPE",
  "WINDOW",
]);
/** Kinds of queries, tables and what follows a query. */
const allowedTypes =
  /^(SELECT_NODE|SET_OPERATION_NODE|RECURSIVE_CTE_NODE|CTE_NODE|BASE_TABLE|JOIN|SUBQUERY|EMPTY|EXPRESSION_LIST|TABLE_FUNCTION|ORDER_MODIFIER|LIMIT_MODIFIER|LIMIT_PERCENT_MODIFIER|DISTINCT_MODIFIER|(ORDER_DEFAULT|ASCENDING|DESCENDING|DEFAULT)|\w+_TYPE_INFO)$/;
const tableFunctions = new Set(["range", "generate_series", "unnest"]);
/** `unnest` is built into the parser, so DuckDB does not list it. */
const builtIn = ["unnest"];

/**
 * Reads a query typed by a person and refuses all but one SELECT over the tables named, with functions that look at
 * nothing but their arguments. Gives the query as DuckDB prints what it parsed, which is what may be run.
 * Throws `sql_invalid`, `sql_forbidden`.
 */
export async function checkSelect(session: SqlSession, query: string, tables: readonly string[]): Promise<string> {
  if (query.trim() === "") throw new AppError("sql_invalid", { detail: "it is empty" });
  if (query.length > MAX_LENGTH) throw new AppError("sql_invalid", { detail: `it is longer than ${MAX_LENGTH} characters` });
  const [parsed] = await session.query("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR AS tree", [query]);
  const tree = JSON.parse(String(parsed?.["tree"])) as Node;
  if (tree["error"] === true) throw new AppError("sql_invalid", { detail: textOf(tree["error_message"]) || "syntax error" });
  const statements = tree["statements"] as Node[];
  if (statements.length !== 1) throw new AppError("sql_invalid", { detail: "it has to be one SELECT" });
  walk(statements[0]?.["node"], { functions: await readFunctions(session), tables: tables.map((name) => name.toLowerCase()) });
  const [printed] = await session.query("SELECT json_deserialize_sql(?::JSON) AS sql", [String(parsed?.["tree"])]);
  return String(printed?.["sql"]);
}

async function readFunctions(session: SqlSession): Promise<ReadonlySet<string>> {
  const scalar = await readAllowedFunctions(session);
  const aggregates = await session.query(
    "SELECT DISTINCT lower(function_name) AS name FROM duckdb_functions() WHERE internal AND function_type = 'aggregate'",
  );
  return new Set([...scalar, ...aggregates.map((row) => String(row["name"])), ...builtIn]);
}

interface Scope {
  functions: ReadonlySet<string>;
  /** Names that may stand after FROM here, in lower case. */
  tables: readonly string[];
}

function refuse(what: string): never {
  throw new AppError("sql_forbidden", { what });
}

function walk(value: unknown, scope: Scope): void {
  if (Array.isArray(value)) {
    for (const member of value) walk(member, scope);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const node = value as Node;
  const kind = node["class"];
  const type = node["type"];
  if (typeof kind === "string") {
    if (!allowedClasses.has(kind)) refuse(kind.toLowerCase().replaceAll("_", " "));
    if (kind === "CONSTANT" || kind === "COLUMN_REF") return;
    if (kind === "FUNCTION" || kind === "WINDOW") requireFunction(node, scope.functions);
  } else if (typeof type === "string") {
    if (!allowedTypes.test(type)) refuse(type.toLowerCase().replaceAll("_", " "));
    if (type === "BASE_TABLE") requireTable(node, scope);
    if (type === "TABLE_FUNCTION") {
      const call = node["function"] as Node;
      requireFunction(call, tableFunctions);
      walk(call["children"], scope);
      return;
    }
  }
  if (node["sample"] !== null && node["sample"] !== undefined) refuse("a sample, which differs from run to run");
  const inner = walkCtes(node, scope);
  // Only what comes after UNION sees the table that a recursion builds; before, its name means what it means outside.
  const recursion = type === "RECURSIVE_CTE_NODE" ? textOf(node["cte_name"]).toLowerCase() : null;
  for (const [name, member] of Object.entries(node)) {
    if (name === "cte_map") continue;
    walk(member, recursion !== null && name === "right" ? { ...inner, tables: [...inner.tables, recursion] } : inner);
  }
}

/** The scope of a query: each name of its WITH is there for those after it, not for itself. */
function walkCtes(node: Node, scope: Scope): Scope {
  let inner = scope;
  const map = (node["cte_map"] as Node | undefined)?.["map"];
  for (const { key, value } of (Array.isArray(map) ? map : []) as { key: string; value: unknown }[]) {
    // DuckDB takes an unknown table that is named like a file for that file.
    if (!/^[\p{L}\p{N}_ ]+$/u.test(key)) refuse(`the name “${key}” for a table`);
    walk(value, inner);
    inner = { ...inner, tables: [...inner.tables, key.toLowerCase()] };
  }
  return inner;
}

function requireTable(node: Node, scope: Scope): void {
  const name = textOf(node["table_name"]);
  const isPlain = textOf(node["schema_name"]) === "" && textOf(node["catalog_name"]) === "" && (node["at_clause"] ?? null) === null;
  if (!isPlain || !scope.tables.includes(name.toLowerCase())) refuse(`the table “${name}”`);
}

function requireFunction(node: Node, functions: ReadonlySet<string>): void {
  const name = textOf(node["function_name"]).toLowerCase();
  const schema = textOf(node["schema"]);
  const isPlain = (schema === "" || schema === "main") && textOf(node["catalog"]) === "";
  if (!isPlain || !functions.has(name)) refuse(`the function ${name}`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
