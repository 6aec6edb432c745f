import { quoteIdentifier } from "../quote-identifier";

type Kind = "boolean" | "integer" | "number" | "text" | "list" | "object";

interface Shape {
  kinds: Set<Kind>;
  fields: Map<string, Shape>;
  item: Shape | null;
}

const MAX_DEPTH = 20;
const MAX_FIELDS = 500;

/**
 * The DuckDB type that holds all JSON values shown to it, without loss: a whole number and a fraction make a DOUBLE, other
 * mixtures stay JSON. Its size is bounded whatever the data; objects used as dictionaries end as JSON.
 */
export class JsonStructure {
  private readonly root: Shape = createShape();

  add(value: unknown): void {
    addTo(this.root, value, 0);
  }

  /** Types of the members of the objects shown, by name, in order of appearance. */
  members(): [string, string][] {
    return [...this.root.fields].map(([name, shape]) => [
      name,
      toDuckType(shape),
    ]);
  }

  toDuckType(): string {
    return toDuckType(this.root);
  }
}

function createShape(): Shape {
  return { kinds: new Set(), fields: new Map(), item: null };
}

function addTo(shape: Shape, value: unknown, depth: number): void {
  if (value === null || value === undefined) return;
  shape.kinds.add(kindOf(value));
  if (depth >= MAX_DEPTH) return;
  if (Array.isArray(value)) {
    shape.item ??= createShape();
    for (const member of value) addTo(shape.item, member, depth + 1);
  } else if (typeof value === "object") {
    if (depth > 0 && shape.fields.size > MAX_FIELDS) return;
    for (const [name, member] of Object.entries(value)) {
      let field = shape.fields.get(name);
      if (!field) shape.fields.set(name, (field = createShape()));
      addTo(field, member, depth + 1);
    }
  }
}

function kindOf(value: unknown): Kind {
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number")
    return Number.isInteger(value) && Math.abs(value) < 9.2e18
      ? "integer"
      : "number";
  return Array.isArray(value) ? "list" : "object";
}

function toDuckType({ kinds, fields, item }: Shape): string {
  const [kind, other] = [...kinds];
  if (kind === undefined) return "VARCHAR";
  if (other !== undefined)
    return kinds.size === 2 && kinds.has("integer") && kinds.has("number")
      ? "DOUBLE"
      : "JSON";
  if (kind === "text") return "VARCHAR";
  if (kind === "boolean") return "BOOLEAN";
  if (kind === "integer") return "BIGINT";
  if (kind === "number") return "DOUBLE";
  if (kind === "list") return item ? `${toDuckType(item)}[]` : "JSON";
  const distinct = new Set(
    [...fields.keys()].map((name) => name.toLowerCase()),
  );
  if (
    fields.size === 0 ||
    fields.size > MAX_FIELDS ||
    distinct.size < fields.size ||
    fields.has("")
  )
    return "JSON";
  return `STRUCT(${[...fields].map(([name, field]) => `${quoteIdentifier(name)} ${toDuckType(field)}`).join(", ")})`;
}
