/** HTML's white space, which collapses. A non-breaking space is none of it. */
const SPACE = /[ \t\n\r\f]+/;

interface Heading {
  level: number;
  start: number;
  title: string;
}

/** Text as it grows, with one idea of white space: what is owed before the next word is decided when that word comes. */
export class TextBuffer {
  private readonly pieces: string[] = [];
  readonly headings: Heading[] = [];
  length = 0;
  /** Line breaks owed before the next text. */
  private breaks = 0;
  private space = false;
  /** Of a list item, until its text comes. */
  private prefix = "";
  /** Line breaks at the end of text that keeps its own, which only more of it brings out. */
  private held = "";
  private heading: { level: number; start: number | null; words: string } | null = null;

  get text(): string {
    return this.pieces.join("");
  }

  /** The next text stands on another line, or with an empty line between. What follows a list's mark stays beside it. */
  breakLine(lines: 1 | 2): void {
    this.held = "";
    this.space = false;
    if (this.prefix === "") this.breaks = Math.max(this.breaks, lines);
  }

  mark(prefix: string): void {
    this.prefix = prefix;
  }

  addText(text: string): void {
    const words = text.split(SPACE);
    for (const [place, word] of words.entries()) {
      if (place > 0) this.space = true;
      if (word !== "") this.push(word);
    }
  }

  /** With its own spaces and line breaks. */
  addVerbatim(text: string): void {
    if (text === "") return;
    const body = (this.held + text).replace(/[ \t]*\n[\s]*$/, "");
    const given = this.held + text;
    this.held = "";
    if (body !== "") this.push(body);
    this.held = given.slice(body.length);
  }

  /** Another buffer's text as a block of its own. */
  addBlock(other: TextBuffer): void {
    const { text } = other;
    if (text === "") return;
    this.breakLine(2);
    this.push("");
    for (const { start, ...heading } of other.headings) this.headings.push({ ...heading, start: this.length + start });
    this.write(text);
    this.breakLine(2);
  }

  openHeading(level: number): void {
    this.heading = { level, start: null, words: "" };
  }

  closeHeading(): void {
    if (this.heading?.start != null) this.headings.push({ level: this.heading.level, start: this.heading.start, title: this.heading.words.replace(/\s+/g, " ").trim() });
    this.heading = null;
  }

  private push(text: string): void {
    const before = this.length === 0 ? "" : this.breaks > 0 ? "\n".repeat(this.breaks) : this.space ? " " : "";
    this.write(before + this.prefix);
    this.breaks = 0;
    this.prefix = "";
    this.space = false;
    if (this.heading) {
      this.heading.start ??= this.length;
      this.heading.words += before + text;
    }
    this.write(text);
  }

  private write(text: string): void {
    if (text === "") return;
    this.pieces.push(text);
    this.length += text.length;
  }
}
