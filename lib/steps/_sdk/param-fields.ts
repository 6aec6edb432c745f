import { z } from "zod";
import type { Capabilities } from "@/lib/contracts/providers";
import { modelRef } from "./model-ref";

/**
 * How the form shows a parameter. Labels and help are in the step's `messages.en.json` under `params.<name>`.
 * Every parameter carries one of these in its Zod metadata (`.meta({ field: … })`).
 */
export type ParamField =
  | { kind: "text" | "multiline" | "number" | "integer" | "switch" | "select" | "string-list" }
  /** A prompt with `{column}` places, filled from the columns of the input port; without a port it has no places. */
  | { kind: "prompt"; port?: string }
  /** How a prompt is laid out: null for the step's own way, else a Jinja template that starts as `template`, over `variables`. */
  | { kind: "layout"; template: string; variables: readonly string[] }
  /** A DuckDB expression over the columns of the input port. */
  | { kind: "expression"; port: string }
  | { kind: "column"; port: string }
  | { kind: "columns"; port: string }
  /** Old name to new name, over the columns of the input port. */
  | { kind: "rename"; port: string }
  /** [{column, descending}] */
  | { kind: "sort-keys"; port: string }
  /** A list of objects; each member of the object has a field of its own, and its words under `members.<name>`. */
  | { kind: "records" }
  /** A program typed by a person. */
  | { kind: "code"; port: string }
  | { kind: "model" }
  /** A file by content: {sha256, name}. */
  | { kind: "file" }
  /** A table that a step has made, by its address: `fp~<fingerprint>~<port>`. */
  | { kind: "stored-table" }
  /** A connection to a database, by its id. */
  | { kind: "database" }
  /** A table typed by hand: {columns, rows}. */
  | { kind: "table" };

declare module "zod" {
  interface GlobalMeta {
    field?: ParamField;
    /** Shown under “Advanced”. */
    advanced?: boolean;
    /** Shown only while another parameter, or another member of the same entry of a list, has one of these values. */
    visibleWhen?: { param: string; is: unknown[] };
    /**
     * What the provider of the step's model must be able to do. Where it cannot, the parameter is not offered, and refused where it
     * is set; on the model itself, the model is refused.
     */
    needs?: keyof Capabilities;
    /**
     * Came after the step did: at its default (Zod's) it is left out of the step's identity, so that results made before keep
     * their fingerprints.
     */
    addedLater?: boolean;
  }
}

/** The parameters of a step with what the form has to know of each, in order. */
export function listParams(params: z.ZodObject): { name: string; schema: z.ZodType; meta: z.GlobalMeta }[] {
  return Object.entries(params.shape as Record<string, z.ZodType>).map(([name, schema]) => ({ name, schema, meta: schema.meta() ?? {} }));
}

export const modelParam = modelRef.meta({ field: { kind: "model" } });

/** A file by content. The name is for people and is not part of the fingerprint. */
export const fileRef = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), name: z.string().max(300) });
export type FileRef = z.infer<typeof fileRef>;

/** What stands in doubled braces as if it were a place: `{{ name }}`, which other tools fill and which here is sent as `{ name }`. */
export function findDoubledPlaces(text: string): string[] {
  return [...new Set([...text.matchAll(/(?<!\{)\{\{([^{}\n]+)\}\}(?!\})/g)].map((match) => match[1] ?? ""))];
}

/** The names of the places in a prompt: `{name}`. Doubled braces are plain braces, as in Python's format strings. */
export function findPlaceholders(text: string): string[] {
  const names = new Set<string>();
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}\n]+)\}/g)) {
    if (match[1] !== undefined) names.add(match[1]);
  }
  return [...names];
}
