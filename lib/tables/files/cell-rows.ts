import { join } from "node:path";
import type { Column } from "@/lib/steps/_sdk/columns";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { BufferedFile } from "./buffered-file";

export interface CellColumn {
  name: string;
  /** DuckDB type. */
  type: string;
}

/** Rows on their way to DuckDB, cell by cell, written to a file as they are made. */
export class CellRows {
  count = 0;
  private longest = 0;

  private constructor(
    private readonly path: string,
    private readonly file: BufferedFile,
  ) {}

  static async create(scratch: string): Promise<CellRows> {
    const path = join(scratch, "cells.jsonl");
    return new CellRows(path, await BufferedFile.create(path));
  }

  /** Each cell is JSON text. */
  async add(cells: readonly string[]): Promise<void> {
    const line = Buffer.from(`{${cells.map((cell, index) => `"c${index}":${cell}`).join(",")}}\n`);
    this.longest = Math.max(this.longest, line.length);
    this.file.add(line);
    this.count++;
    await this.file.drain();
  }

  /** A query over the rows; their names must be such as a table can have. */
  async close(columns: readonly CellColumn[]): Promise<{ query: string; columns: Column[] }> {
    await this.file.close();
    const typed = columns.map(({ type }, index) => `'c${index}': ${quoteLiteral(type)}`).join(", ");
    const selected = columns.map(({ name }, index) => `c${index} AS ${quoteIdentifier(name)}`).join(", ");
    const size = Math.max(16 * 1024 * 1024, 2 * this.longest + 1024);
    return {
      query: `SELECT ${selected} FROM read_json(${quoteLiteral(this.path)}, format = 'newline_delimited', columns = {${typed}}, maximum_object_size = ${size})`,
      columns: columns.map(({ name, type }) => describeColumn(name, type)),
    };
  }
}
