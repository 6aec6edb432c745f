type Attributes = Readonly<Record<string, string | undefined>>;

/** The marks of a list's items. */
export class ListMarks {
  private next: number;
  private readonly step: 1 | -1;
  /** Before each mark: the width of the marks of the lists around. */
  readonly indent: string;

  constructor(
    private readonly isOrdered: boolean,
    private readonly attributes: Attributes,
    items: number,
    outer: ListMarks | undefined,
  ) {
    this.indent = outer ? outer.indent + (outer.isOrdered ? "   " : "  ") : "";
    const isReversed = attributes["reversed"] !== undefined;
    const start = Number.parseInt(attributes["start"] ?? "", 10);
    this.step = isReversed ? -1 : 1;
    this.next = Number.isNaN(start) ? (isReversed ? items : 1) : start;
  }

  mark(item: Attributes): string {
    if (!this.isOrdered) return `${this.indent}- `;
    const own = Number.parseInt(item["value"] ?? "", 10);
    const number = Number.isNaN(own) ? this.next : own;
    this.next = number + this.step;
    return `${this.indent}${writeNumber(number, item["type"] ?? this.attributes["type"] ?? "1")}. `;
  }
}

function writeNumber(number: number, type: string): string {
  if (number < 1) return String(number);
  if (type === "a" || type === "A") return inCase(letters(number), type === "A");
  if ((type === "i" || type === "I") && number < 4000) return inCase(roman(number), type === "I");
  return String(number);
}

const inCase = (text: string, isUpper: boolean): string => (isUpper ? text.toUpperCase() : text);

function letters(number: number): string {
  return number === 0 ? "" : letters(Math.floor((number - 1) / 26)) + String.fromCharCode(97 + ((number - 1) % 26));
}

const numerals: [number, string][] = [[1000, "m"], [900, "cm"], [500, "d"], [400, "cd"], [100, "c"], [90, "xc"], [50, "l"], [40, "xl"], [10, "x"], [9, "ix"], [5, "v"], [4, "iv"], [1, "i"]];

function roman(number: number): string {
  let rest = number;
  return numerals.map(([value, sign]) => {
    const count = Math.floor(rest / value);
    rest -= count * value;
    return sign.repeat(count);
  }).join("");
}
