import { AppError } from "@/lib/core/app-error";
import { CellRows } from "@/lib/tables/files/cell-rows";
import type { StepRunner } from "../../_sdk/step-runner";
import { readColumn } from "./column-maker";
import type { definition } from "./definition";
import { createDraw } from "./draw";

const duckTypes: Record<string, string> = { integer: "BIGINT", number: "DOUBLE", timestamp: "TIMESTAMP", text: "VARCHAR" };

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, scratch, signal, rowLimit, emit }) {
    const makers = params.columns.map((column) => {
      const maker = readColumn(column);
      if ("problem" in maker) throw new AppError("params_invalid", { param: "columns", detail: maker.problem });
      return { name: column.name, ...maker, draw: createDraw(params.seed, column.name) };
    });
    const rows = await CellRows.create(scratch);
    for (let row = 0; row < Math.min(params.rows, rowLimit ?? params.rows); row++) {
      if (row % 1000 === 0) signal.throwIfAborted();
      await rows.add(makers.map(({ make, draw }) => JSON.stringify(make(row, draw(row)))));
    }
    const { query } = await rows.close(makers.map(({ name, type }) => ({ name, type: duckTypes[type] ?? "VARCHAR" })));
    await emit("output", query);
  },
};
