import { AppError } from "@/lib/core/app-error";
import { describePostgres } from "@/lib/databases/query-postgres";
import type { StepProbe } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** The columns of a query are known without its rows; planning it takes no longer than this. */
const SECONDS = 15;

export const probe: StepProbe<typeof definition> = async ({ connection, query }, context) => {
  if (connection === "" || query.trim() === "") throw new AppError("param_required", { param: connection === "" ? "connection" : "query" });
  const signal = new AbortController().signal;
  return { columns: await describePostgres({ signal }, await context.database(connection), { query, seconds: SECONDS }), rows: null };
};
