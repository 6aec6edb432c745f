import { Environment, Interpreter, Template } from "@huggingface/jinja";
import { AppError } from "@/lib/core/app-error";

/** Rounds that `range` gives at most: a template that a person typed must not hold the worker. */
const LONGEST_RANGE = 1000;
const LONGEST_PROMPT = 2_000_000;

function boundedRange(...bounds: number[]): number[] {
  const [start = 0, stop = 0, step = 1] = bounds.length === 1 ? [0, bounds[0]] : bounds;
  const length = step === 0 ? Infinity : Math.max(0, Math.ceil((stop - start) / step));
  if (length > LONGEST_RANGE) throw new Error(`range() gives at most ${String(LONGEST_RANGE)} numbers`);
  return Array.from({ length }, (_, index) => start + index * step);
}

/** What the language itself has, with a `range` that ends. */
const globals: Record<string, unknown> = { true: true, false: false, none: null, True: true, False: false, None: null, range: boundedRange };

/** A cell as a template sees it: lists and objects as such, the rest as text. */
function toValue(cell: unknown): unknown {
  if (typeof cell !== "string" || !/^\s*[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}

/** A template read once. Throws `template_invalid`. */
export function readTemplate(text: string): Template {
  try {
    return new Template(text);
  } catch (error) {
    throw new AppError("template_invalid", { detail: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * Fills a Jinja template with values as they are. The language is that of the chat templates of the Hub; there is no way out of
 * it to files or code, and its loops go over what the values hold. Throws `template_invalid`.
 */
export function renderTemplate(template: Template, values: Record<string, unknown>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(globals)) environment.set(name, value);
  try {
    for (const [name, value] of Object.entries(values)) if (!Object.hasOwn(globals, name)) environment.set(name, value);
    const text = new Interpreter(environment).run(template.parsed).value as string;
    if (text.length > LONGEST_PROMPT) throw new Error(`the prompt has more than ${String(LONGEST_PROMPT)} characters`);
    return text;
  } catch (error) {
    throw new AppError("template_invalid", { detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Fills a Jinja template with the cells of a row; one that is called like something of the language is reached through \`row\`. Throws \`template_invalid\`. */
export function renderRow(template: Template, row: Record<string, unknown>): string {
  const values = Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, toValue(cell)]));
  return renderTemplate(template, { ...values, row: values });
}
