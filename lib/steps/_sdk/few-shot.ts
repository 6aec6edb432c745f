import { AppError } from "@/lib/core/app-error";
import { renderTemplate } from "./jinja-prompt";
import type { ChosenLayout } from "./layout";
import { withLabel } from "./prompting";

export interface Example {
  input: string;
  output: string;
}

export interface FewShotValues {
  instruction: string;
  inputLabel: string;
  outputLabel: string;
  separator: string;
  minExamples: number;
  maxExamples: number | null;
  /** Tokens, at about four characters each; null for no bound. */
  longestPrompt: number | null;
}

const CHARACTERS_PER_TOKEN = 4;

/**
 * DataDreamer's FewShotPrompt: the instruction and a blank line, the examples in their order as far as they fit, the new input
 * and a bare output label. Throws `examples_too_few`.
 */
function layOutLiterally(examples: readonly Example[], input: string, values: FewShotValues): string {
  const { instruction, inputLabel, outputLabel, separator } = values;
  const show = (example: Example): string => withLabel(inputLabel, example.input) + separator + withLabel(outputLabel, example.output);
  const start = instruction === "" ? [] : [instruction + separator];
  const end = withLabel(inputLabel, input) + (outputLabel === "" ? "" : separator + outputLabel);
  const shown = takeFitting(examples.map(show), { ...values, taken: start.join("").length + end.length });
  return [...start, ...shown, end].join(separator);
}

/** A few-shot prompt in the layout chosen. Throws `examples_too_few`, `template_invalid`. */
export function layOutFewShot(examples: readonly Example[], input: string, values: FewShotValues, layout: ChosenLayout): string {
  if (layout === null) return layOutLiterally(examples, input, values);
  const render = (shown: readonly Example[]): string =>
    renderTemplate(layout, { instruction: values.instruction, examples: shown, input, input_label: values.inputLabel, output_label: values.outputLabel, separator: values.separator });
  return renderFitting(examples, ({ input: shown, output }) => shown.length + output.length, { input: "", output: "" }, values, render);
}

/** How much of a list of examples or texts a prompt may show. */
export interface FitLimits {
  minExamples: number;
  maxExamples: number | null;
  /** Tokens, at about four characters each; null for no bound. */
  longestPrompt: number | null;
}

interface Fit extends FitLimits {
  separator: string;
  /** Characters that the rest of the prompt takes. */
  taken: number;
}

/** The parts that fit, one by one: a shorter one may still enter where a longer one did not. Throws `examples_too_few`. */
export function takeFitting(parts: readonly string[], { separator, taken, ...limits }: Fit): string[] {
  return takeSized(parts, (part) => separator.length + part.length, taken, limits);
}

function takeSized<Part>(parts: readonly Part[], sizeOf: (part: Part) => number, taken: number, { minExamples, maxExamples, longestPrompt }: FitLimits): Part[] {
  const most = longestPrompt === null ? Infinity : longestPrompt * CHARACTERS_PER_TOKEN;
  const fitting: Part[] = [];
  let length = taken;
  for (const part of parts) {
    if (fitting.length === (maxExamples ?? Infinity)) break;
    if (length + sizeOf(part) > most) continue;
    length += sizeOf(part);
    fitting.push(part);
  }
  const least = Math.min(minExamples, parts.length);
  if (fitting.length < least) throw new AppError("examples_too_few", { fit: fitting.length, least });
  return fitting;
}

/**
 * A prompt of a person's own layout with as many parts as fit. What a part adds beside its own text is what an empty one adds;
 * a layout that shows parts otherwise, twice perhaps, loses the last ones until the whole prompt fits. Throws `examples_too_few`.
 */
export function renderFitting<Part>(parts: readonly Part[], lengthOf: (part: Part) => number, empty: Part, limits: FitLimits, render: (shown: readonly Part[]) => string): string {
  const bare = render([]).length;
  const around = render([empty]).length - bare;
  const shown = takeSized(parts, (part) => around + lengthOf(part), bare, limits);
  const least = Math.min(limits.minExamples, parts.length);
  for (;;) {
    const prompt = render(shown);
    if (limits.longestPrompt === null || prompt.length <= limits.longestPrompt * CHARACTERS_PER_TOKEN || shown.length === 0) return prompt;
    shown.pop();
    if (shown.length < least) throw new AppError("examples_too_few", { fit: shown.length, least });
  }
}
