import { valueNamed } from "@/lib/core/named-values";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";

/** What a provider's token is worth in English text, near enough before the text is there. */
export const CHARACTERS_PER_TOKEN = 4;

/** Mean length of each column's text in characters, as far as it is known. */
export type TextLengths = Readonly<Record<string, number>>;

export interface TextSize {
  characters: number;
  /** Everything that goes into it is counted. */
  isWhole: boolean;
}

/** The length of a prompt once its places are filled. */
export function sizeOfTemplate(template: string, lengths: TextLengths): TextSize {
  let characters = 0;
  let isWhole = true;
  let end = 0;
  for (const match of template.matchAll(/\{\{|\}\}|\{([^{}\n]+)\}/g)) {
    characters += match.index - end;
    end = match.index + match[0].length;
    const filled = match[1] === undefined ? 1 : valueNamed(lengths, match[1]);
    if (filled === undefined) isWhole = false;
    else characters += filled;
  }
  return { characters: characters + template.length - end, isWhole };
}

function sizeOfColumns(names: readonly string[], lengths: TextLengths): TextSize {
  return { characters: names.reduce((sum, name) => sum + (valueNamed(lengths, name) ?? 0), 0), isWhole: names.every((name) => valueNamed(lengths, name) !== undefined) };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).filter((name): name is string => typeof name === "string" && name !== "");

/**
 * What a step says to its model for one row. Read from the kinds of its parameters, so it holds for any prompting step:
 * prompts with their places filled, long texts, columns and examples.
 */
export function sizeOfPrompt(definition: AnyStepDefinition, params: Record<string, unknown>, lengthsOf: (port: string) => TextLengths): TextSize {
  const isSource = !definition.inputs.some((port) => port.type === "table" && !port.side);
  const sizes = listParams(definition.params).map(({ name, meta }): TextSize => {
    const value = params[name];
    const { field } = meta;
    if (value === null || value === undefined) return { characters: 0, isWhole: true };
    switch (field?.kind) {
      case "prompt":
        return field.port === undefined ? { characters: textOf(value).length, isWhole: true } : sizeOfTemplate(textOf(value), lengthsOf(field.port));
      case "multiline":
        return { characters: textOf(value).length, isWhole: true };
      case "column":
      case "columns":
        return sizeOfColumns(namesOf(value), lengthsOf(field.port));
      case "records":
        // A source takes one value of each for a prompt; any other step sends its examples with every row.
        return { characters: isSource ? 0 : JSON.stringify(value).length, isWhole: true };
      default:
        return { characters: 0, isWhole: true };
    }
  });
  return { characters: sizes.reduce((sum, size) => sum + size.characters, 0), isWhole: sizes.every((size) => size.isWhole) };
}
