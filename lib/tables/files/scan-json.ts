/**
 * A reader of JSON text for what a table has to know of it: keys in the file's order, kinds of values, and numbers as they are
 * written, none of which passes through a double. Text is checked but not made into strings.
 */
export type JsonNode =
  | { kind: "null" | "boolean" | "text" }
  | JsonNumber
  | { kind: "list"; items: JsonNode[] }
  | { kind: "object"; keys: string[]; values: JsonNode[] };

export interface JsonNumber {
  kind: "integer" | "number";
  /** Digits before and after the point, written out without an exponent. */
  whole: number;
  scale: number;
  /** A double holds all of it; of a whole number, within 2^53. */
  fitsDouble: boolean;
  isNegative: boolean;
  /** Of whole numbers of more than 15 digits. */
  big: bigint | null;
  /** NaN or an infinity. */
  isSpecial: boolean;
}

export interface ScannedJson {
  root: JsonNode;
  /** Start and end of each member of the root. */
  members: [number, number][];
  /** Numbers that DuckDB's reader would round, to be put in quotes. */
  inexact: [number, number][];
}

/** What is wrong with a text, and at which byte of it. */
export class JsonFlaw extends Error {}

const MAX_DEPTH = 500;
const NULL: JsonNode = { kind: "null" };
const BOOLEAN: JsonNode = { kind: "boolean" };
const TEXT: JsonNode = { kind: "text" };

/** Throws `JsonFlaw` where DuckDB would not take it either. Python's NaN and Infinity are numbers. */
export function scanJson(bytes: Buffer): ScannedJson {
  return new Scanner(bytes).scan();
}

const QUOTE = 34;
const BACKSLASH = 92;

class Scanner {
  private at = 0;
  private depth = 0;
  private readonly members: [number, number][] = [];
  private readonly inexact: [number, number][] = [];

  constructor(private readonly bytes: Buffer) {}

  scan(): ScannedJson {
    this.skipSpace();
    const root = this.value();
    this.skipSpace();
    if (this.at < this.bytes.length) throw this.flaw("there is more after its end");
    return { root, members: this.members, inexact: this.inexact };
  }

  private value(): JsonNode {
    const byte = this.bytes[this.at];
    if (byte === QUOTE) {
      this.string();
      return TEXT;
    }
    if (byte === 123) return this.object();
    if (byte === 91) return this.list();
    if (byte === 116) return this.word("true", BOOLEAN);
    if (byte === 102) return this.word("false", BOOLEAN);
    if (byte === 110) return this.word("null", NULL);
    return this.number();
  }

  private object(): JsonNode {
    this.enter();
    const keys: string[] = [];
    const values: JsonNode[] = [];
    const seen = new Set<string>();
    if (!this.closes(125)) {
      do {
        this.skipSpace();
        if (this.bytes[this.at] !== QUOTE) throw this.flaw("a key in quotes is expected");
        const key = this.string(true);
        if (seen.has(key)) throw new JsonFlaw(`the key “${key.slice(0, 50)}” is there twice`);
        seen.add(key);
        keys.push(key);
        this.skipSpace();
        if (this.bytes[this.at++] !== 58) throw this.flaw("a colon is expected", -1);
        values.push(this.member());
      } while (this.continues(125));
    }
    this.depth--;
    return { kind: "object", keys, values };
  }

  private list(): JsonNode {
    this.enter();
    const items: JsonNode[] = [];
    if (!this.closes(93)) {
      do items.push(this.member());
      while (this.continues(93));
    }
    this.depth--;
    return { kind: "list", items };
  }

  private member(): JsonNode {
    this.skipSpace();
    const start = this.at;
    const value = this.value();
    if (this.depth === 1) this.members.push([start, this.at]);
    this.skipSpace();
    return value;
  }

  private enter(): void {
    this.at++;
    if (++this.depth > MAX_DEPTH) throw new JsonFlaw(`it is nested more than ${MAX_DEPTH} deep`);
  }

  private closes(end: number): boolean {
    this.skipSpace();
    if (this.bytes[this.at] !== end) return false;
    this.at++;
    return true;
  }

  private continues(end: number): boolean {
    const byte = this.bytes[this.at++];
    if (byte === end) return false;
    if (byte !== 44) throw this.flaw("a comma is expected", -1);
    return true;
  }

  private string(isWanted?: boolean): string {
    const { bytes } = this;
    const start = this.at + 1;
    let at = start;
    let hasEscape = false;
    for (; ; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined) throw new JsonFlaw("a text in it is never closed");
      if (byte < 32) {
        this.at = at;
        throw this.flaw("a sign that has to be escaped stands in a text");
      }
      if (byte === BACKSLASH) {
        hasEscape = true;
        at++;
      }
    }
    this.at = at + 1;
    if (!hasEscape) return isWanted === true ? bytes.toString("utf8", start, at) : "";
    return this.unescape(bytes.toString("utf8", start - 1, at + 1));
  }

  private unescape(text: string): string {
    try {
      const plain = String(JSON.parse(text));
      if (plain.isWellFormed()) return plain;
    } catch {
      throw this.flaw("a text has an escape that JSON does not know");
    }
    throw this.flaw("half of a surrogate pair");
  }

  private word(word: string, node: JsonNode): JsonNode {
    if (this.bytes.toString("latin1", this.at, this.at + word.length) !== word) throw this.flaw("a value is expected");
    this.at += word.length;
    return node;
  }

  private number(): JsonNode {
    const start = this.at;
    const { bytes } = this;
    let byte = bytes[this.at];
    while (byte !== undefined && (byte === 43 || byte === 45 || byte === 46 || (byte >= 48 && byte <= 57) || byte === 69 || byte === 101)) byte = bytes[++this.at];
    const text = bytes.toString("latin1", start, this.at);
    if (text === "" || text === "-") return this.special(start);
    const node = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? readNumber(text) : null;
    if (node === null) {
      this.at = start;
      throw this.flaw("a value is expected");
    }
    const isRounded = node.kind === "number" ? !node.fitsDouble : node.big !== null && (node.big > MAX_UINT64 || node.big < MIN_INT64);
    if (isRounded) this.inexact.push([start, this.at]);
    return node;
  }

  private special(start: number): JsonNode {
    const word = /^-?(NaN|Infinity)/.exec(this.bytes.toString("latin1", start, start + 9))?.[0];
    this.at = start;
    if (word === undefined || word === "-NaN") throw this.flaw(start >= this.bytes.length ? "it ends too early" : "a value is expected");
    this.at = start + word.length;
    return SPECIAL;
  }

  private skipSpace(): void {
    const { bytes } = this;
    for (let byte = bytes[this.at]; byte === 32 || byte === 10 || byte === 13 || byte === 9; ) byte = bytes[++this.at];
  }

  private flaw(what: string, shift = 0): JsonFlaw {
    return new JsonFlaw(`${what} (byte ${this.at + shift + 1})`);
  }
}

export const MAX_INT64 = 2n ** 63n - 1n;
export const MIN_INT64 = -(2n ** 63n);
export const MAX_UINT64 = 2n ** 64n - 1n;

const SPECIAL: JsonNode = { kind: "number", whole: 0, scale: 0, fitsDouble: true, isNegative: false, big: null, isSpecial: true };

/** Small numbers, nearly all there are, share their nodes. */
const known = new Map<number, JsonNumber>();

function readNumber(text: string): JsonNumber {
  const isWhole = !/[.eE]/.test(text);
  const isNegative = text.startsWith("-");
  const { digits, exponent } = toScientific(text);
  const whole = Math.max(exponent, 1);
  const scale = Math.max(digits.length - exponent, 0);
  if (digits.length <= 15 && Math.abs(exponent) < 300) {
    const key = ((whole * 1000 + scale) * 2 + (isWhole ? 1 : 0)) * 2 + (isNegative ? 1 : 0);
    let node = known.get(key);
    if (!node) known.set(key, (node = { kind: isWhole ? "integer" : "number", whole, scale: isWhole ? 0 : scale, fitsDouble: true, isNegative, big: null, isSpecial: false }));
    if (!isWhole || exponent <= 15) return node;
  }
  if (isWhole) {
    const big = BigInt(text);
    return { kind: "integer", whole, scale: 0, fitsDouble: big <= 9007199254740992n && big >= -9007199254740992n, isNegative, big, isSpecial: false };
  }
  const double = Number(text);
  const again = Number.isFinite(double) ? toScientific(String(double)) : null;
  return { kind: "number", whole, scale, fitsDouble: again !== null && again.digits === digits && again.exponent === exponent, isNegative, big: null, isSpecial: false };
}

/** The value as 0.`digits` times ten to the `exponent`, without zeros at either end. */
function toScientific(text: string): { digits: string; exponent: number } {
  const [mantissa = "", power = "0"] = text.replace(/^-/, "").toLowerCase().split("e");
  const [before = "", after = ""] = mantissa.split(".");
  const all = before + after;
  const lead = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(lead).replace(/0+$/, "");
  return digits === "" ? { digits: "", exponent: 0 } : { digits, exponent: before.length - lead + Number(power) };
}
