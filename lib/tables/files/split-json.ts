import { AppError } from "@/lib/core/app-error";
import { CLOSE_LIST, CLOSE_OBJECT, JsonWalk, OPEN_LIST, OPEN_OBJECT } from "./json-walk";
import type { TextSource } from "./open-text";
import type { FileLine } from "./read-lines";
import { MAX_LINE_BYTES } from "./source-file";

const COMMA = 44;
const COLON = 58;
/** Far below it: outside of any container. */
const NOWHERE = -1;
const DONE = -2;

/** A member of a list or an object in a JSON file. */
export interface JsonMember extends FileLine {
  /** Its own, in an object. */
  key: string;
  /** That of the list or object it is in. */
  parent: string;
}

/**
 * What is to be taken apart: the document or documents themselves, the list or object at a path, or every list or object that
 * is a member of the document.
 */
export type SplitTarget = { kind: "documents" } | { kind: "at"; path: readonly string[] } | { kind: "each" };

/** The members, each as one line, streaming. Throws `file_json_shape`. */
export async function* splitJson(text: TextSource, target: SplitTarget): AsyncGenerator<JsonMember[]> {
  const splitter = new Splitter(target, text.file.name);
  for await (const chunk of text.chunks()) yield splitter.push(chunk);
  yield splitter.end();
}

class Splitter {
  private readonly walk = new JsonWalk();
  private line = 1;
  private startLine = 1;
  /** How deep the members stand. */
  private inside: number;
  private wasInside: boolean;
  private parent = "";
  private pieces: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly target: SplitTarget,
    private readonly name: string,
  ) {
    this.inside = target.kind === "documents" ? 0 : NOWHERE;
    this.wasInside = target.kind === "documents";
  }

  push(chunk: Buffer): JsonMember[] {
    const members: JsonMember[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length && this.inside !== DONE; at++) {
      const byte = chunk[at] ?? 0;
      const depth = this.walk.depth;
      const structural = this.walk.step(byte);
      if (byte === 10) {
        this.line++;
        // A line break between the members of a row is only layout.
        if (structural) chunk[at] = 32;
      }
      if (!structural) continue;
      const isClosing = byte === CLOSE_LIST || byte === CLOSE_OBJECT;
      if (this.target.kind === "documents") {
        if (depth === 0 && this.walk.isStart && this.isBlank(chunk.subarray(start, at))) this.startLine = this.line;
        if (!isClosing || this.walk.depth !== 0) continue;
        members.push(...this.finish(chunk.subarray(start, at + 1)));
        start = at + 1;
      } else if (this.inside === NOWHERE) {
        if (!this.entersAt(byte, depth)) continue;
        start = at + 1;
        this.startLine = this.line;
      } else if (depth === this.inside && byte === COLON && this.walk.isList[depth - 1] === false) {
        this.drop();
        start = at + 1;
        this.startLine = this.line;
      } else if (depth === this.inside && (byte === COMMA || isClosing)) {
        members.push(...this.finish(chunk.subarray(start, at)));
        start = at + 1;
        if (isClosing) this.inside = this.target.kind === "each" ? NOWHERE : DONE;
      }
    }
    if (this.inside >= 0) this.keep(chunk.subarray(start));
    return members;
  }

  end(): JsonMember[] {
    if (!this.wasInside) throw new AppError("file_json_shape", { name: this.name, path: this.target.kind === "at" ? this.target.path.join(".") : "" });
    return this.inside >= 0 ? this.finish(Buffer.alloc(0)) : [];
  }

  private entersAt(byte: number, depth: number): boolean {
    if (byte !== OPEN_LIST && byte !== OPEN_OBJECT) return false;
    const here = this.walk.path(depth);
    const isThere = this.target.kind === "each" ? depth === 1 : this.target.kind === "at" && here?.length === this.target.path.length && this.target.path.every((key, index) => key === here[index]);
    if (here === null || !isThere) return false;
    this.inside = depth + 1;
    this.wasInside = true;
    this.parent = here.at(-1) ?? "";
    return true;
  }

  private isBlank(tail: Buffer): boolean {
    return this.size === 0 && !tail.some((byte) => byte > 32);
  }

  private keep(piece: Buffer): void {
    this.size += piece.length;
    if (this.size > MAX_LINE_BYTES) this.pieces = [];
    else this.pieces.push(Buffer.from(piece));
  }

  private drop(): void {
    this.pieces = [];
    this.size = 0;
  }

  private finish(tail: Buffer): JsonMember[] {
    this.keep(tail);
    const bytes = this.size > MAX_LINE_BYTES ? null : Buffer.concat(this.pieces);
    const line = this.startLine;
    this.drop();
    this.startLine = this.line;
    if (bytes && !bytes.some((byte) => byte > 32)) return [];
    return [{ line, bytes, parent: this.parent, key: this.inside > 0 ? (this.walk.keys[this.inside - 1] ?? "") : "" }];
  }
}
