import type { SqlSession } from "@/lib/steps/_sdk/step-runner";

/** Scalar functions that look at more than their arguments, or print what they should not. */
const refused = new Set([
  "current_setting",
  "getvariable",
  "version",
  "json_serialize_sql",
  "json_serialize_plan",
  "json_deserialize_sql",
  "stats",
  "alias",
  "parse_duckdb_log_message",
  "icu_sort_key",
  "create_sort_key",
  "cast_to_type",
  "replace_type",
  "get_type",
  "make_type",
  "finalize",
  "combine",
  "can_cast_implicitly",
  "current_localtime",
  "current_localtimestamp",
  "getenv",
  "which_secret",
  "aggregate",
  // A few bytes of these make gigabytes, which no memory limit of DuckDB counts.
  "repeat",
  "lpad",
  "rpad",
  "list_resize",
  "array_resize",
  "bitstring",
  "range",
  "generate_series",
]);

/** Macros of DuckDB that are plain functions of values. The others run queries or aggregate over rows. */
const macroNames =
  /^(list_\w+|array_(append|prepend|push_back|push_front|pop_back|pop_front|reverse|to_string\w*)|map_contains_\w+|nullif|split_part|fdiv|fmod|md5_number_\w+|days_in_month|date_add|roundbankers|round_even|json)$/;

let allowed: Promise<ReadonlySet<string>> | null = null;

/**
 * Functions an expression may call, in lower case: from DuckDB's own list, the scalar ones that always give the same for
 * the same arguments. The same for every session of a process, so it is read once.
 */
export function readAllowedFunctions(
  session: SqlSession,
): Promise<ReadonlySet<string>> {
  allowed ??= readFunctions(session).catch((error: unknown) => {
    allowed = null;
    throw error;
  });
  return allowed;
}

async function readFunctions(
  session: SqlSession,
): Promise<ReadonlySet<string>> {
  const rows = await session.query(
    `SELECT DISTINCT lower(function_name) AS name, function_type AS kind FROM duckdb_functions()
     WHERE internal AND ((function_type = 'scalar' AND stability = 'CONSISTENT') OR function_type = 'macro')`,
  );
  const changing = await session.query(
    "SELECT DISTINCT lower(function_name) AS name FROM duckdb_functions() WHERE function_type = 'scalar' AND stability <> 'CONSISTENT'",
  );
  const unsteady = new Set(changing.map((row) => row["name"]));
  const names = rows
    .filter(
      ({ name, kind }) => kind === "scalar" || macroNames.test(String(name)),
    )
    .map(({ name }) => String(name))
    .filter(
      (name) =>
        !unsteady.has(name) &&
        !refused.has(name) &&
        !name.startsWith("__internal"),
    );
  return new Set(names);
}
