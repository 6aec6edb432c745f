import type { SqlSession } from "@/lib/steps/_sdk/step-runner";

/** DuckDB types of the columns of a query or a view in parentheses, by name. */
export async function describeTypes(sql: SqlSession, query: string): Promise<Map<string, string>> {
  const described = await sql.query(`DESCRIBE ${query}`);
  return new Map(described.map((row) => [String(row["column_name"]), String(row["column_type"])]));
}
