const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
export const OPEN_LIST = 91;
export const CLOSE_LIST = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
const MAX_KEY_DEPTH = 4;

/** A byte-wise walk over JSON that knows the keys above the place it is at. */
export class JsonWalk {
  depth = 0;
  /** A value begins with the byte just taken. */
  isStart = false;
  /** Key of each open object, from the outermost. */
  keys: string[] = [];
  isList: boolean[] = [];
  private awaits: "value" | "key" | "none" = "value";
  private inString = false;
  private escaped = false;
  private text: number[] | null = null;
  private lastText = "";

  /** Takes a byte; true if it is structure rather than part of a string. */
  step(byte: number): boolean {
    this.isStart = false;
    if (this.inString) {
      this.stepString(byte);
      return false;
    }
    if (byte <= 32) {
      // At the top a number ends where white space begins.
      if (this.depth === 0) this.awaits = "value";
      return true;
    }
    if (byte === QUOTE) {
      this.isStart = this.awaits === "value";
      this.text = this.awaits === "key" && this.depth <= MAX_KEY_DEPTH ? [] : null;
      this.inString = true;
      if (this.isStart) this.awaits = "none";
      return false;
    }
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.open(byte);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.depth--;
      this.awaits = this.depth === 0 ? "value" : "none";
    } else if (byte === COMMA) this.awaits = this.depth > 0 && this.isList[this.depth - 1] === false ? "key" : "value";
    else if (byte === COLON && this.depth > 0) {
      this.keys[this.depth - 1] = this.lastText;
      this.awaits = "value";
    } else if (this.awaits === "value") {
      this.isStart = true;
      this.awaits = "none";
    }
    return true;
  }

  private open(byte: number): void {
    this.isStart = true;
    this.isList[this.depth] = byte === OPEN_LIST;
    this.depth++;
    this.awaits = byte === OPEN_OBJECT ? "key" : "value";
  }

  private stepString(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) {
      this.inString = false;
      if (this.text) this.lastText = readKey(this.text);
      this.text = null;
      if (this.depth === 0) this.awaits = "value";
      return;
    }
    this.text?.push(byte);
  }

  /** Keys from the root to a depth; null if a list is among the parents. */
  path(depth: number): string[] | null {
    return this.isList.slice(0, depth).includes(true) ? null : this.keys.slice(0, depth);
  }
}

function readKey(bytes: number[]): string {
  try {
    return String(JSON.parse(`"${Buffer.from(bytes).toString("utf8")}"`));
  } catch {
    return "";
  }
}
