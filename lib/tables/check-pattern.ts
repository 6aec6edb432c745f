import { AppError, isAppError } from "@/lib/core/app-error";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { quoteLiteral } from "./quote-literal";

/** Throws `regex_invalid` where DuckDB cannot read a pattern, or has no such group in it. */
export async function checkPattern(sql: SqlSession, pattern: string, group = 0): Promise<void> {
  // The added way to match nothing makes it match here, as only then DuckDB looks for the group.
  try {
    await sql.query(`SELECT regexp_extract_all('', ${quoteLiteral(`${pattern}|`)}, ${group})`);
  } catch (error) {
    if (!isAppError(error) || error.code !== "internal") throw error;
    const detail = String(error.data["detail"] ?? "").replace(/^[A-Za-z ]+ Error: /, "");
    throw new AppError("regex_invalid", { detail }, { cause: error });
  }
}
