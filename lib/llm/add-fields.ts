import { AppError } from "@/lib/core/app-error";

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** What would make the reply another kind of thing than the one that is read. */
const NEVER = new Set(["stream", "stream_options"]);

/**
 * A request with members of a person's own. Objects on both sides are joined; a member that the step has set already stays
 * the step's, and is told. Throws `request_field_taken`.
 */
export function addFields(body: Fields, fields: Fields, connection: string, path = ""): Fields {
  const added = { ...body };
  for (const [name, value] of Object.entries(fields)) {
    const field = path + name;
    const own = body[name];
    if (isObject(own) && isObject(value)) added[name] = addFields(own, value, connection, `${field}.`);
    else if (Object.hasOwn(body, name) || NEVER.has(field)) throw new AppError("request_field_taken", { connection, field });
    else Object.defineProperty(added, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return added;
}
