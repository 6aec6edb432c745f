import { isUtf8 } from "node:buffer";
import { AppError } from "@/lib/core/app-error";
import type { FileLine } from "./read-lines";
import { readUtf8 } from "./read-utf8";
import {
  MAX_LINE_BYTES,
  type SourceFile,
  type SourceOptions,
} from "./source-file";

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Where rows are in a JSON file: the keys that lead to the list; `null` means the whole document is one row. */
export type RowsPath = string[] | null;

/**
 * Finds the list of rows: the document itself if it is a list, else the first list of objects in it, else the first list,
 * else the document as one row. Streams; looks at most three levels deep.
 */
export async function findRowsPath(
  file: SourceFile,
  encoding: SourceOptions["encoding"],
): Promise<RowsPath> {
  const finder = new ListFinder();
  for await (const chunk of readUtf8(file.path, encoding)) {
    if (finder.push(chunk)) break;
  }
  return finder.found;
}

/** A byte-wise walk over JSON that knows the keys above the place it is at. */
class JsonWalk {
  depth = 0;
  keys: string[] = [];
  isList: boolean[] = [];
  private inString = false;
  private escaped = false;
  private text: number[] | null = null;
  private lastText = "";
  private expectsKey = false;

  /** Takes a byte; true where it is structure rather than part of a string. */
  step(byte: number): boolean {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) {
        this.inString = false;
        if (this.text) this.lastText = readKey(this.text);
        this.text = null;
        return false;
      }
      this.text?.push(byte);
      return false;
    }
    if (byte === QUOTE) {
      this.inString = true;
      this.text = this.expectsKey && this.depth <= 4 ? [] : null;
      return false;
    }
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      this.isList[this.depth] = byte === OPEN_LIST;
      this.depth++;
      this.expectsKey = byte === OPEN_OBJECT;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.depth--;
      this.expectsKey = false;
    } else if (byte === COMMA)
      this.expectsKey = this.depth > 0 && this.isList[this.depth - 1] === false;
    else if (byte === COLON && this.expectsKey) {
      this.keys[this.depth - 1] = this.lastText;
      this.expectsKey = false;
    }
    return true;
  }

  /** Keys from the root to here; null where a list is among the parents. */
  path(depth: number): string[] | null {
    return this.isList.slice(0, depth).includes(true)
      ? null
      : this.keys.slice(0, depth);
  }
}

function readKey(bytes: number[]): string {
  try {
    return String(JSON.parse(`"${Buffer.from(bytes).toString("utf8")}"`));
  } catch {
    return "";
  }
}

class ListFinder {
  found: RowsPath = null;
  private readonly walk = new JsonWalk();
  private opened: string[] | null = null;

  /** True once the answer cannot get better. */
  push(chunk: Buffer): boolean {
    for (const byte of chunk) {
      const depth = this.walk.depth;
      if (this.opened && byte > 32) {
        this.found ??= this.opened;
        if (byte === OPEN_OBJECT || this.opened.length === 0) {
          this.found = this.opened;
          return true;
        }
        this.opened = null;
      }
      if (this.walk.step(byte) && byte === OPEN_LIST && depth <= 3)
        this.opened = this.walk.path(depth);
    }
    return false;
  }
}

/** Members of the list at `path`, each as one line. Throws `file_json_shape`, `file_encoding`. */
export async function* splitJson(
  file: SourceFile,
  encoding: SourceOptions["encoding"],
  path: RowsPath,
): AsyncGenerator<FileLine[]> {
  const splitter = new ListSplitter(path, file.name);
  for await (const chunk of readUtf8(file.path, encoding))
    yield splitter.push(chunk);
  yield splitter.end();
}

class ListSplitter {
  private readonly walk = new JsonWalk();
  private line = 1;
  private startLine = 1;
  private listDepth: number;
  private wasInside = false;
  private pieces: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly path: RowsPath,
    private readonly name: string,
  ) {
    this.listDepth = path === null ? 0 : -1;
    this.wasInside = path === null;
  }

  push(chunk: Buffer): FileLine[] {
    const lines: FileLine[] = [];
    if (this.listDepth === -2) return lines;
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      const depth = this.walk.depth;
      const structural = this.walk.step(byte);
      if (byte === 10) {
        this.line++;
        // A line break between the members of a row is only layout.
        if (structural) chunk[at] = 32;
      }
      if (!structural || this.path === null) continue;
      if (this.listDepth < 0) {
        if (byte === OPEN_LIST && this.isAtPath(depth)) {
          this.listDepth = depth + 1;
          this.wasInside = true;
          start = at + 1;
          this.startLine = this.line;
        }
      } else if (
        (byte === COMMA && depth === this.listDepth) ||
        (byte === CLOSE_LIST && depth === this.listDepth)
      ) {
        this.take(chunk.subarray(start, at));
        lines.push(...this.finish());
        start = at + 1;
        if (byte === CLOSE_LIST) this.listDepth = -2;
      }
      if (this.listDepth === -2) return lines;
    }
    if (this.listDepth >= 0) this.take(chunk.subarray(start));
    return lines;
  }

  end(): FileLine[] {
    if (!this.wasInside)
      throw new AppError("file_json_shape", {
        name: this.name,
        path: (this.path ?? []).join("."),
      });
    return this.listDepth >= 0 ? this.finish() : [];
  }

  private isAtPath(depth: number): boolean {
    const here = this.walk.path(depth);
    return (
      here !== null &&
      here.length === this.path?.length &&
      here.every((key, index) => key === this.path?.[index])
    );
  }

  private take(piece: Buffer): void {
    this.size += piece.length;
    if (this.size > MAX_LINE_BYTES) this.pieces = [];
    else this.pieces.push(Buffer.from(piece));
  }

  private finish(): FileLine[] {
    const bytes =
      this.size > MAX_LINE_BYTES ? null : Buffer.concat(this.pieces);
    if (bytes && !isUtf8(bytes))
      throw new AppError("file_encoding", { name: this.name, offset: 0 });
    const line = this.startLine;
    this.pieces = [];
    this.size = 0;
    this.startLine = this.line;
    return bytes?.toString("latin1").trim() === "" ? [] : [{ line, bytes }];
  }
}
