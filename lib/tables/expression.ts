import { randomUUID } from "node:crypto";
import { AppError } from "@/lib/core/app-error";
import type { Column } from "@/lib/steps/_sdk/columns";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { plainText } from "./cell-text";
import { readAllowedFunctions } from "./expression-functions";
import { quoteIdentifier } from "./quote-identifier";

export interface CheckedExpression {
  /** Names of columns of the input, as the input spells them. */
  columnsUsed: string[];
  /** The expression as DuckDB prints what it parsed; safe to place in a query over a view with these columns. */
  sql: string;
}

const MAX_LENGTH = 20_000;
const allowedClasses = new Set([
  "COLUMN_REF",
  "CONSTANT",
  "FUNCTION",
  "COMPARISON",
  "CONJUNCTION",
  "CASE",
  "CAST",
  "BETWEEN",
  "OPERATOR",
  "LAMBDA",
  "TYPE",
]);
const namesOfClasses: Record<string, string> = {
  SUBQUERY: "a subquery",
  WINDOW: "a window function",
  STAR: "a star",
  PARAMETER: "a parameter",
};

type Node = Record<string, unknown>;

/**
 * Reads an expression typed by a person and refuses all but columns, values, operators and functions of values: nothing
 * that reads files, settings or the clock, nothing random, no aggregate over rows.
 * Throws `expression_invalid`, `expression_forbidden`, `column_missing`.
 */
export async function checkExpression(
  session: SqlSession,
  expression: string,
  columns: readonly Column[],
): Promise<CheckedExpression> {
  if (expression.trim() === "")
    throw new AppError("expression_invalid", { detail: "it is empty" });
  if (expression.length > MAX_LENGTH)
    throw new AppError("expression_invalid", {
      detail: `it is longer than ${MAX_LENGTH} characters`,
    });
  const [parsed] = await session.query(
    "SELECT json_serialize_sql('SELECT (' || ? || chr(10) || ')')::VARCHAR AS tree",
    [expression],
  );
  const mark = randomUUID();
  const tree = readTree(String(parsed?.["tree"]), mark);
  const root = findOnlyExpression(tree);
  const used = new Set<string>();
  walk(root, {
    columns,
    functions: await readAllowedFunctions(session),
    used,
    lambda: [],
  });
  const [printed] = await session.query(
    "SELECT json_deserialize_sql(?::JSON) AS sql",
    [(await compareAsText(session, root, columns)) ? writeTree(tree, mark) : String(parsed?.["tree"])],
  );
  return {
    columnsUsed: [...used],
    sql: `(${String(printed?.["sql"]).replace(/^SELECT /, "")})`,
  };
}

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** A number that a double would change is read as a text, which `writeTree` makes a number of again. */
function readTree(text: string, mark: string): Node {
  return JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') || String(Number(token)) === token ? token : `"${mark}${token}"`))) as Node;
}

function writeTree(tree: Node, mark: string): string {
  return JSON.stringify(tree).replace(new RegExp(`"${mark}([^"]*)"`, "g"), "$1");
}

const LIKE = /^!?~~\*?$/;

/**
 * A column of JSON beside a text is compared as the text it shows: DuckDB would read the text as JSON, which fails every row.
 * True where something was changed.
 */
async function compareAsText(session: SqlSession, root: Node, columns: readonly Column[]): Promise<boolean> {
  const json = new Set(columns.filter(({ type, shape }) => type === "object" && shape === undefined).map(({ name }) => name.toLowerCase()));
  if (json.size === 0) return false;
  const found: { node: Node; name: string }[] = [];
  const isText = (node: Node): boolean => node["class"] === "CONSTANT" && ((node["value"] as Node)["type"] as Node)["id"] === "VARCHAR";
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const member of Object.values(node)) visit(member);
    const { class: kind, type, left, right, children, function_name: called } = node as Node;
    const isCompared = kind === "COMPARISON" || (kind === "OPERATOR" && /^COMPARE_(NOT_)?IN$/.test(textOf(type))) || (kind === "FUNCTION" && LIKE.test(textOf(called)));
    if (!isCompared) return;
    const sides = (kind === "COMPARISON" ? [left, right] : children) as Node[];
    if (!sides.some(isText)) return;
    for (const side of sides) {
      const path = side["class"] === "COLUMN_REF" ? (side["column_names"] as string[]) : [];
      if (path.length === 1 && json.has(String(path[0]).toLowerCase())) found.push({ node: side, name: String(path[0]) });
    }
  };
  visit(root);
  for (const { node, name } of found) {
    const [parsed] = await session.query("SELECT json_serialize_sql(? || chr(10))::VARCHAR AS tree", [`SELECT (${plainText(`CAST(${quoteIdentifier(name)} AS VARCHAR)`)})`]);
    for (const key of Object.keys(node)) Reflect.deleteProperty(node, key);
    Object.assign(node, findOnlyExpression(JSON.parse(String(parsed?.["tree"])) as Node));
  }
  return found.length > 0;
}

/** `a), (b` or `1) FROM t WHERE (true` parse as well, as more than one expression. */
function findOnlyExpression(tree: Node): Node {
  if (tree["error"] === true)
    throw new AppError("expression_invalid", {
      detail: textOf(tree["error_message"]) || "syntax error",
    });
  const statements = tree["statements"] as { node: Node }[];
  const select = statements[0]?.node;
  const list = (select?.["select_list"] ?? []) as Node[];
  const [only] = list;
  const isPlain =
    statements.length === 1 &&
    list.length === 1 &&
    only !== undefined &&
    select?.["type"] === "SELECT_NODE" &&
    (select["from_table"] as Node | null)?.["type"] === "EMPTY" &&
    select["where_clause"] === null &&
    select["having"] === null &&
    select["qualify"] === null &&
    select["sample"] === null &&
    isEmpty(select["modifiers"]) &&
    isEmpty(select["group_expressions"]) &&
    isEmpty((select["cte_map"] as Node | null)?.["map"]) &&
    only["alias"] === "";
  if (!isPlain)
    throw new AppError("expression_invalid", {
      detail: "it is more than one expression",
    });
  return only;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isEmpty(list: unknown): boolean {
  return (
    list === undefined ||
    list === null ||
    (Array.isArray(list) && list.length === 0)
  );
}

interface Scope {
  columns: readonly Column[];
  functions: ReadonlySet<string>;
  used: Set<string>;
  /** Names bound by the lambdas around, in lower case. */
  lambda: readonly string[];
}

function walk(node: unknown, scope: Scope): void {
  if (Array.isArray(node)) {
    for (const member of node) walk(member, scope);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const expression = node as Node;
  const kind = expression["class"];
  if (typeof kind === "string") {
    if (!allowedClasses.has(kind))
      throw new AppError("expression_forbidden", {
        what: namesOfClasses[kind] ?? kind.toLowerCase(),
      });
    if (kind === "CONSTANT") return;
    if (kind === "COLUMN_REF") {
      useColumn(expression["column_names"] as string[], scope);
      return;
    }
    if (kind === "FUNCTION") requireFunction(expression, scope);
    if (kind === "LAMBDA") {
      walkLambda(expression, scope);
      return;
    }
  }
  for (const member of Object.values(expression)) walk(member, scope);
}

function useColumn(path: readonly string[], scope: Scope): void {
  const first = path[0] ?? "";
  if (scope.lambda.includes(first.toLowerCase())) return;
  const column = scope.columns.find(
    ({ name }) => name.toLowerCase() === first.toLowerCase(),
  );
  if (!column)
    throw new AppError("column_missing", {
      column: first,
      columns: scope.columns.map(({ name }) => name).join(", "),
    });
  scope.used.add(column.name);
}

function requireFunction(expression: Node, scope: Scope): void {
  const name = textOf(expression["function_name"]).toLowerCase();
  const schema = textOf(expression["schema"]);
  const isPlain =
    (schema === "" || schema === "main") &&
    (expression["catalog"] ?? "") === "" &&
    expression["filter"] === null &&
    expression["distinct"] !== true;
  if (!isPlain || !scope.functions.has(name))
    throw new AppError("expression_forbidden", {
      what: `the function ${name}`,
    });
}

/** `lambda x: …` binds names; the arrow form `json -> 'path'` reads both of its sides. */
function walkLambda(expression: Node, scope: Scope): void {
  const names = lambdaNames(expression["lhs"] as Node);
  const isArrow =
    names.length === 1 &&
    scope.columns.some(({ name }) => name.toLowerCase() === names[0]);
  if (isArrow || names.length === 0) walk(expression["lhs"], scope);
  walk(
    expression["expr"],
    isArrow ? scope : { ...scope, lambda: [...scope.lambda, ...names] },
  );
}

function lambdaNames(left: Node): string[] {
  if (left["class"] === "COLUMN_REF")
    return [String((left["column_names"] as string[])[0]).toLowerCase()];
  const isRow = left["class"] === "FUNCTION" && left["function_name"] === "row";
  return isRow ? (left["children"] as Node[]).flatMap(lambdaNames) : [];
}
