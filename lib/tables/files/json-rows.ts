import { join } from "node:path";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { BufferedFile } from "./buffered-file";
import { FailureLog } from "./failure-log";
import { JsonStructure } from "./json-structure";
import { nameColumns } from "./name-columns";
import type { TextSource } from "./open-text";
import type { FileLine } from "./read-lines";
import { JsonFlaw, type JsonNode, type ScannedJson, scanJson } from "./scan-json";
import { MAX_LINE_WORDS, type SourceTable } from "./source-file";

/** Rows of JSON on their way to DuckDB. Rows that it would not take are set aside with the reason. */
export class JsonRows {
  rows = 0;
  private longest = 0;
  private areObjects: boolean | null = null;
  private readonly structure = new JsonStructure();

  private constructor(
    private readonly path: string,
    private readonly clean: BufferedFile,
    private readonly failures: FailureLog,
    private readonly text: TextSource,
  ) {}

  static async create(scratch: string, text: TextSource, name = "rows"): Promise<JsonRows> {
    const path = join(scratch, `${name}.jsonl`);
    return new JsonRows(path, await BufferedFile.create(path), new FailureLog(join(scratch, `${name}-failures.jsonl`)), text);
  }

  get failed(): number {
    return this.failures.count;
  }

  /** Takes a row; `reshape` makes an object of one that is written in another way, and says what is wrong with one it cannot. */
  async take({ line, bytes }: FileLine, reshape?: (scanned: ScannedJson, bytes: Buffer) => Buffer | { found: number; expected: number }): Promise<void> {
    const name = this.text.file.name;
    if (bytes === null) return this.failures.add("file_line_too_long", { line, name, limit: MAX_LINE_WORDS }, this.rows);
    if (!this.text.isSound(bytes)) return this.failures.add("file_encoding", { line, name, encoding: this.text.encoding }, this.rows);
    try {
      const scanned = scanJson(bytes);
      if (!reshape) { this.write(scanned, bytes); return; }
      const shaped = reshape(scanned, bytes);
      if (Buffer.isBuffer(shaped)) this.write(scanJson(shaped), shaped);
      else await this.failures.add("file_ragged", { line, name, ...shaped }, this.rows);
    } catch (error) {
      if (!(error instanceof JsonFlaw)) throw error;
      await this.failures.add("file_json_line", { line, name, detail: error.message }, this.rows);
    }
  }

  drain(): Promise<void> {
    return this.clean.drain();
  }

  private write({ root, inexact }: ScannedJson, bytes: Buffer): void {
    const isObject = root.kind === "object";
    if (this.areObjects === true && !isObject) throw new JsonFlaw("it is not an object");
    this.areObjects ??= isObject;
    this.structure.add(this.areObjects ? root : wrap(root));
    const exact = inexact.length === 0 ? bytes : putInQuotes(bytes, inexact);
    if (!this.areObjects) this.clean.add(Buffer.from('{"value":'));
    this.clean.add(exact);
    this.clean.add(Buffer.from(this.areObjects ? "\n" : "}\n"));
    this.longest = Math.max(this.longest, exact.length + 16);
    this.rows++;
  }

  async close(): Promise<Pick<SourceTable, "query" | "columns" | "rows" | "failures">> {
    await this.clean.close();
    return { ...selectJson(this.path, this.structure.members(), this.longest), rows: this.rows, failures: await this.failures.close() };
  }
}

function wrap(value: JsonNode): JsonNode {
  return { kind: "object", keys: ["value"], values: [value] };
}

/** DuckDB reads a number in quotes as it is written, one without through a double. */
function putInQuotes(bytes: Buffer, places: readonly [number, number][]): Buffer {
  const quote = Buffer.from('"');
  const pieces: Buffer[] = [];
  let last = 0;
  for (const [start, end] of places) {
    pieces.push(bytes.subarray(last, start), quote, bytes.subarray(start, end), quote);
    last = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(last)]);
}

function selectJson(path: string, members: [string, string][], longest: number): Pick<SourceTable, "query" | "columns"> {
  // Objects without any member still have to be a table with a column.
  const typed = members.length > 0 ? members : [["value", "JSON"] as [string, string]];
  const names = nameColumns(typed.map(([name]) => name));
  const hasTwins = new Set(typed.map(([name]) => name.toLowerCase())).size < typed.length || typed.some(([name]) => name === "");
  const size = Math.max(16 * 1024 * 1024, 2 * longest + 1024);
  const options = `format = 'newline_delimited', maximum_object_size = ${size}`;
  const columns = typed.map(([, type], index) => describeColumn(names[index] ?? "", type));
  const as = (value: string, type: string, index: number): string => `${readType(type) === type ? value : `(${value})::${type}`} AS ${quoteIdentifier(names[index] ?? "")}`;
  if (!hasTwins) {
    const listed = typed.map(([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(readType(type))}`);
    const selected = typed.map(([name, type], index) => as(quoteIdentifier(name), type, index));
    return { query: `SELECT ${selected.join(", ")} FROM read_json(${quoteLiteral(path)}, ${options}, columns = {${listed.join(", ")}})`, columns };
  }
  // DuckDB takes names that differ only in case for one, so such rows are read whole and taken apart by path.
  const taken = typed.map(([name, type], index) => {
    const member = `json_extract(row, ${quoteLiteral(`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`)})`;
    return as(`from_json(${member}, ${quoteLiteral(JSON.stringify(readType(type)))})`, type, index);
  });
  return { query: `SELECT ${taken.join(", ")} FROM (SELECT json AS row FROM read_json_objects(${quoteLiteral(path)}, ${options}))`, columns };
}

/** A decimal is read as text first: from a number DuckDB would make it by way of a double. */
function readType(type: string): string {
  return type.replace(/"(?:[^"]|"")*"|DECIMAL\(\d+,\d+\)/g, (piece) => (piece.startsWith('"') ? piece : "VARCHAR"));
}
