import { AppError } from "@/lib/core/app-error";
import { withLabel } from "./prompting";

export interface Example {
  input: string;
  output: string;
}

export interface FewShotLayout {
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
export function layOutFewShot(examples: readonly Example[], input: string, layout: FewShotLayout): string {
  const { instruction, inputLabel, outputLabel, separator } = layout;
  const show = (example: Example): string => withLabel(inputLabel, example.input) + separator + withLabel(outputLabel, example.output);
  const start = instruction === "" ? [] : [instruction + separator];
  const end = withLabel(inputLabel, input) + (outputLabel === "" ? "" : separator + outputLabel);
  const shown = takeFitting(examples.map(show), { ...layout, taken: start.join("").length + end.length });
  return [...start, ...shown, end].join(separator);
}

interface Fit {
  separator: string;
  minExamples: number;
  maxExamples: number | null;
  longestPrompt: number | null;
  /** Characters that the rest of the prompt takes. */
  taken: number;
}

/** The parts that fit, one by one: a shorter one may still enter where a longer one did not. Throws `examples_too_few`. */
export function takeFitting(parts: readonly string[], { separator, minExamples, maxExamples, longestPrompt, taken }: Fit): string[] {
  const most = longestPrompt === null ? Infinity : longestPrompt * CHARACTERS_PER_TOKEN;
  const fitting: string[] = [];
  let length = taken;
  for (const part of parts) {
    if (fitting.length === (maxExamples ?? Infinity)) break;
    if (length + separator.length + part.length > most) continue;
    length += separator.length + part.length;
    fitting.push(part);
  }
  const least = Math.min(minExamples, parts.length);
  if (fitting.length < least) throw new AppError("examples_too_few", { fit: fitting.length, least });
  return fitting;
}
