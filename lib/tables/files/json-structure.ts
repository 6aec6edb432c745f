import { quoteIdentifier } from "../quote-identifier";
import { type JsonNode, type JsonNumber, MAX_INT64, MAX_UINT64, MIN_INT64 } from "./scan-json";

type Kind = "boolean" | "integer" | "number" | "text" | "list" | "object";

interface Shape {
  /** Values shown, nulls too, and how many of them were objects. */
  seen: number;
  objects: number;
  kinds: Set<Kind>;
  numbers: Numbers;
  fields: Map<string, Shape>;
  item: Shape | null;
}

/** What a type has to hold all numbers of a place. */
interface Numbers {
  whole: number;
  scale: number;
  fitDouble: boolean;
  hasSpecial: boolean;
  hasNegative: boolean;
  least: bigint;
  most: bigint;
}

const MAX_DEPTH = 20;
const MAX_FIELDS = 500;
const MAX_DIGITS = 38;

/**
 * The DuckDB type that holds all JSON values shown to it, without loss. Whole numbers and fractions together are a DOUBLE if
 * it holds each of them, else a DECIMAL, else JSON, as other mixtures are. Its size is bounded whatever the data; objects used as
 * dictionaries end as JSON, and so do objects of which some lack a key: a STRUCT would give them that key with a null.
 */
export class JsonStructure {
  private readonly root: Shape = createShape();

  add(value: JsonNode): void {
    addTo(this.root, value, 0);
  }

  /** Types of the members of the objects shown, by name, in order of appearance. */
  members(): [string, string][] {
    return [...this.root.fields].map(([name, shape]) => [name, toDuckType(shape)]);
  }

  toDuckType(): string {
    return toDuckType(this.root);
  }
}

function createShape(): Shape {
  return { seen: 0, objects: 0, kinds: new Set(), numbers: { whole: 0, scale: 0, fitDouble: true, hasSpecial: false, hasNegative: false, least: 0n, most: 0n }, fields: new Map(), item: null };
}

function addTo(shape: Shape, value: JsonNode, depth: number): void {
  const { kind } = value;
  shape.seen++;
  if (kind === "null") return;
  shape.kinds.add(kind);
  if (kind === "integer" || kind === "number") { addNumber(shape.numbers, value); return; }
  if (depth >= MAX_DEPTH) return;
  if (kind === "list") {
    shape.item ??= createShape();
    for (const member of value.items) addTo(shape.item, member, depth + 1);
  } else if (kind === "object") {
    shape.objects++;
    if (depth > 0 && shape.fields.size > MAX_FIELDS) return;
    for (const [index, name] of value.keys.entries()) {
      let field = shape.fields.get(name);
      if (!field) shape.fields.set(name, (field = createShape()));
      addTo(field, value.values[index] as JsonNode, depth + 1);
    }
  }
}

function addNumber(numbers: Numbers, { whole, scale, fitsDouble, isSpecial, isNegative, big }: JsonNumber): void {
  if (whole > numbers.whole) numbers.whole = whole;
  if (scale > numbers.scale) numbers.scale = scale;
  if (!fitsDouble) numbers.fitDouble = false;
  if (isSpecial) numbers.hasSpecial = true;
  if (isNegative) numbers.hasNegative = true;
  if (big === null) return;
  if (big < numbers.least) numbers.least = big;
  if (big > numbers.most) numbers.most = big;
}

/** Not HUGEINT, which Parquet does not have. */
function toNumberType({ whole, scale, fitDouble, hasSpecial, hasNegative, least, most }: Numbers, hasFraction: boolean): string {
  if (hasFraction) {
    if (fitDouble) return "DOUBLE";
    return !hasSpecial && whole + scale <= MAX_DIGITS ? `DECIMAL(${Math.max(18, whole + scale)},${scale})` : "JSON";
  }
  if (least >= MIN_INT64 && most <= MAX_INT64) return "BIGINT";
  if (!hasNegative && most <= MAX_UINT64) return "UBIGINT";
  return whole <= MAX_DIGITS ? `DECIMAL(${MAX_DIGITS},0)` : "JSON";
}

function toDuckType({ objects, kinds, numbers, fields, item }: Shape): string {
  const [kind, other] = [...kinds];
  if (kind === undefined) return "VARCHAR";
  const areNumbers = [...kinds].every((one) => one === "integer" || one === "number");
  if (areNumbers) return toNumberType(numbers, kinds.has("number"));
  if (other !== undefined) return "JSON";
  if (kind === "text") return "VARCHAR";
  if (kind === "boolean") return "BOOLEAN";
  if (kind === "list") return item ? `${toDuckType(item)}[]` : "JSON";
  const distinct = new Set([...fields.keys()].map((name) => name.toLowerCase()));
  if (fields.size === 0 || fields.size > MAX_FIELDS || distinct.size < fields.size || fields.has("")) return "JSON";
  if (!isOfConversation(fields) && [...fields.values()].some(({ seen }) => seen < objects)) return "JSON";
  return `STRUCT(${[...fields].map(([name, field]) => `${quoteIdentifier(name)} ${toDuckType(field)}`).join(", ")})`;
}

/**
 * A turn of a conversation, a tool and its function: what a null says there is what a missing key says, and a column of them is
 * known by its members.
 */
function isOfConversation(fields: ReadonlyMap<string, Shape>): boolean {
  const isText = (name: string): boolean => fields.get(name)?.kinds.has("text") === true;
  const called = fields.get("function")?.fields;
  return (isText("role") && fields.has("content")) || called?.has("name") === true || (isText("name") && (fields.has("parameters") || fields.has("arguments")));
}
