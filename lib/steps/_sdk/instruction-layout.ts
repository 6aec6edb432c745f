import { requireColumn } from "./check-helpers";
import type { PortColumns, StepProblem } from "./define-step";
import { checkLayout, labelled, layOut, layoutParam, type ChosenLayout, type Layout } from "./layout";
import { withLabel } from "./prompting";
import { checkParser } from "./parser-params";
import { labelParam, requireText, separatorParam } from "./prompting-params";
import type { ReplyParser } from "./replies/read-found";

export const instructionLayout: Layout = {
  template: `${labelled("input_label", "input")}{{ separator -}}
${labelled("instruction_label", "instruction")}`,
  variables: ["input", "instruction", "input_label", "instruction_label", "separator"],
};

/** How a step shows a value and says what to do with it: Process, Filter and Rank with Prompt. */
export const instructionLayoutParams = { inputLabel: labelParam, instructionLabel: labelParam, separator: separatorParam, layout: layoutParam(instructionLayout) } as const;

export const instructionLayoutDefaults = { inputLabel: "Input:", instructionLabel: "Instruction:", separator: "\n\n", layout: null };

interface InstructionValues {
  instruction: string;
  inputLabel: string;
  instructionLabel: string;
  separator: string;
}

/** DataDreamer's ProcessWithPrompt: the input first, the instruction last. */
export function layOutInstruction(input: string, { instruction, inputLabel, instructionLabel, separator }: InstructionValues, layout: ChosenLayout): string {
  return layOut(
    layout,
    { input, instruction, input_label: inputLabel, instruction_label: instructionLabel, separator },
    () => withLabel(inputLabel, input) + separator + withLabel(instructionLabel, instruction),
  );
}

/** Problems of a step that asks something about a column and reads the reply: Filter and Rank with Prompt. */
export function checkAsking(columns: PortColumns, params: ReplyParser & { column: string; instruction: string; layout: string | null }): StepProblem[] {
  return [...requireText(params.instruction, "instruction"), ...requireColumn(columns, params.column, "column"), ...checkParser(params), ...checkLayout(params.layout, instructionLayout)];
}
