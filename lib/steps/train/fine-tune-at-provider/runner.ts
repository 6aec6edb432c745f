import { createWriteStream } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cellText } from "@/lib/tables/cell-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { columnNamed } from "../../_sdk/check-helpers";
import type { ExampleFile, InputTable, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { readColumns, writeExample } from "./write-example";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

type Context = Parameters<Extract<StepRunner<typeof definition>, { kind: "table" }>["run"]>[0];

/** Rows read at a time: conversations may be long. */
const PAGE = 500;

interface Unfit {
  row: number;
  detail: string;
}

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { params, inputs, tuneAtProvider } = context;
    const { model, method, epochs, batchSize, learningRateMultiplier, beta, suffix, seed, trainingPrice } = params;
    const train = await writeExamples(context, "train", context.input("train"));
    const [table] = inputs("validation");
    const validation = table ? await writeExamples(context, "validation", table) : null;
    await tuneAtProvider("model", {
      model,
      settings: { method, epochs, batchSize, learningRateMultiplier, beta: method === "dpo" ? beta : null, suffix, seed },
      price: trainingPrice,
      train,
      validation: validation && validation.rows > 0 ? validation : null,
    });
  },
};

/** Writes the rows as the provider takes them, page by page, and rejects those that it would refuse. */
async function writeExamples(context: Context, port: "train" | "validation", { view, columns, rows }: InputTable): Promise<ExampleFile> {
  const { params, sql, scratch, signal } = context;
  const cells = readColumns(params).map((name) => {
    return `${cellText(columnNamed(columns, name))} AS ${quoteIdentifier(name)}`;
  });
  const path = join(scratch, `${port}.jsonl`);
  const issues = join(scratch, `${port}-unfit.jsonl`);
  let [written, rejected] = [0, 0];
  async function* lines(): AsyncGenerator<string> {
    for (let start = 0; start < rows; start += PAGE) {
      signal.throwIfAborted();
      const page = await sql.query(`SELECT ${[...cells, `${ROW}::BIGINT AS ${ROW}`].join(", ")} FROM ${view} WHERE ${ROW} >= ? AND ${ROW} < ? ORDER BY ${ROW}`, [start, start + PAGE]);
      const unfit: Unfit[] = [];
      for (const row of page) {
        const example = writeExample(row, params);
        if ("unfit" in example) unfit.push({ row: Number(row[ROW]), detail: example.unfit });
        else {
          written += 1;
          yield `${example.line}\n`;
        }
      }
      rejected += unfit.length;
      await appendFile(issues, unfit.map((issue) => `${JSON.stringify(describeUnfit(port, issue))}\n`).join(""));
    }
  }
  await pipeline(lines(), createWriteStream(path));
  if (rejected > 0) {
    const read = `read_json(${quoteLiteral(issues)}, format = 'newline_delimited', columns = {row: 'BIGINT', data: 'VARCHAR'})`;
    await context.reject(`SELECT row AS ${IN0}, 'tuning_example_unfit' AS code, data FROM ${read}`);
  }
  return { path, rows: written };
}

/** A rejected row of the validation table is no row of the first one, and says where it is in its reason. */
function describeUnfit(port: "train" | "validation", { row, detail }: Unfit): { row: number | null; data: string } {
  if (port === "train") return { row, data: JSON.stringify({ detail }) };
  return { row: null, data: JSON.stringify({ detail: `in row ${String(row + 1)} of the validation rows, ${detail}` }) };
}
