import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { BufferedFile } from "./buffered-file";
import { FailureLog } from "./failure-log";
import { JsonStructure } from "./json-structure";
import { nameColumns } from "./name-columns";
import type { FileLine } from "./read-lines";
import {
  MAX_LINE_WORDS,
  type SourceContext,
  type SourceFile,
  type SourceTable,
} from "./source-file";

/** Loads lines of JSON. A row that is no object becomes the one column `value`. */
export async function loadJsonLines(
  { scratch, signal }: Pick<SourceContext, "scratch" | "signal">,
  file: SourceFile,
  lines: AsyncIterable<FileLine[]>,
): Promise<SourceTable> {
  const path = join(scratch, "rows.jsonl");
  const clean = await BufferedFile.create(path);
  const failures = new FailureLog(join(scratch, "failures.jsonl"));
  const structure = new JsonStructure();
  let rows = 0;
  let longest = 0;
  let areObjects: boolean | null = null;
  for await (const batch of lines) {
    signal?.throwIfAborted();
    for (const { line, bytes } of batch) {
      if (bytes === null) {
        await failures.add(
          "file_line_too_long",
          { line, name: file.name, limit: MAX_LINE_WORDS },
          rows,
        );
        continue;
      }
      const text = bytes.toString("utf8");
      if (text.trim() === "") continue;
      const parsed = parseLine(text);
      const isObject = "value" in parsed && isPlainObject(parsed.value);
      const detail =
        "detail" in parsed
          ? parsed.detail
          : areObjects === true && !isObject
            ? "it is not an object"
            : null;
      if (detail !== null || !("value" in parsed)) {
        await failures.add(
          "file_json_line",
          { line, name: file.name, detail },
          rows,
        );
        continue;
      }
      areObjects ??= isObject;
      structure.add(areObjects ? parsed.value : { value: parsed.value });
      clean.add(Buffer.from(areObjects ? `${text}\n` : `{"value":${text}}\n`));
      longest = Math.max(longest, bytes.length);
      rows++;
    }
    await clean.drain();
  }
  await clean.close();
  const failed = await failures.close();
  if (rows === 0 && failures.count === 0)
    throw new AppError("file_empty", { name: file.name });
  return {
    ...selectJson(path, structure.members(), longest),
    rows,
    failures: failed,
  };
}

function selectJson(
  path: string,
  members: [string, string][],
  longest: number,
): Pick<SourceTable, "query" | "columns"> {
  // A member of objects alone, all of them empty, still has to be a table with a column.
  const typed =
    members.length > 0 ? members : [["value", "JSON"] as [string, string]];
  const names = nameColumns(typed.map(([name]) => name));
  const hasTwins =
    new Set(typed.map(([name]) => name.toLowerCase())).size < typed.length ||
    typed.some(([name]) => name === "");
  const size = Math.max(16 * 1024 * 1024, 2 * longest + 1024);
  const read = (columns: string): string =>
    `read_json(${quoteLiteral(path)}, format = 'newline_delimited', columns = {${columns}}, maximum_object_size = ${size})`;
  const columns = typed.map(([, type], index) => describeColumn(names[index] ?? "", type));
  if (!hasTwins) {
    const listed = typed.map(
      ([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`,
    );
    const selected = typed.map(
      ([name], index) =>
        `${quoteIdentifier(name)} AS ${quoteIdentifier(names[index] ?? "")}`,
    );
    return {
      query: `SELECT ${selected.join(", ")} FROM ${read(listed.join(", "))}`,
      columns,
    };
  }
  // DuckDB takes names that differ only in case for one, so such rows are read whole and taken apart by path.
  const taken = typed.map(([name, type], index) => {
    const member = `json_extract(row, ${quoteLiteral(`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`)})`;
    return `from_json(${member}, ${quoteLiteral(`"${type.replaceAll('"', '\\"')}"`)}) AS ${quoteIdentifier(names[index] ?? "")}`;
  });
  const whole = `read_json_objects(${quoteLiteral(path)}, format = 'newline_delimited', maximum_object_size = ${size})`;
  return {
    query: `SELECT ${taken.join(", ")} FROM (SELECT json AS row FROM ${whole})`,
    columns,
  };
}

type Parsed = { value: unknown } | { detail: string };

function parseLine(text: string): Parsed {
  try {
    // Half of a surrogate pair is JSON to JavaScript and no text to DuckDB.
    if (/\\u[dD][89a-fA-F]/.test(text) && hasHalfPair(JSON.parse(text)))
      return { detail: "half of a surrogate pair" };
    // For its type 5.0 has to stay a fraction, which JavaScript forgets.
    const typed = text.includes(".0")
      ? text.replace(/(\d\.0+)(?=[\s,}\]]|$)/g, "$15")
      : text;
    const value: unknown = JSON.parse(text);
    return { value: typed === text ? value : (JSON.parse(typed) as unknown) };
  } catch (error) {
    return {
      detail:
        error instanceof Error
          ? error.message.slice(0, 200)
          : "it cannot be read",
    };
  }
}

function hasHalfPair(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) => !name.isWellFormed() || hasHalfPair(member),
  );
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
