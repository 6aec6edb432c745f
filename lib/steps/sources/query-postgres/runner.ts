import { queryPostgres } from "@/lib/databases/query-postgres";
import { emitSourceTable } from "@/lib/tables/files/load-source-file";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { connection, query, seconds } = context.params;
    await emitSourceTable(context, await queryPostgres(context, await context.database(connection), { query, seconds }));
  },
};
