import { createTranslator } from "use-intl/core";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { stepMessages } from "@/lib/steps/messages.en.generated";

interface ParamWords {
  label: string;
  help?: string;
  placeholder?: string;
  options?: Record<string, string>;
  /** Of a list of objects: the words of each member. */
  members?: Record<string, ParamWords>;
}

export interface StepWords {
  title: string;
  description: string;
  summary?: string;
  ports?: Record<string, string>;
  params?: Record<string, ParamWords>;
}

const wordsByStep: Record<string, StepWords | undefined> = stepMessages;

/** The words of a step. A step this Reverie does not have goes by its id. */
export function getStepWords(stepId: string): StepWords {
  return wordsByStep[stepId] ?? { title: stepId, description: "" };
}

export function getPortLabel(stepId: string, port: string): string {
  return getStepWords(stepId).ports?.[port] ?? port;
}

const formatters = new Map<string, (values?: Record<string, string | number>) => string>();

/** Steps write their texts as ICU messages; a text is read once. */
function formatText(text: string, values?: Record<string, string | number>): string {
  if (text === "") return "";
  const known = formatters.get(text);
  if (known) return known(values);
  const translate = createTranslator<{ text: string }>({ locale: "en", messages: { text } });
  const made = (given?: Record<string, string | number>) => translate("text", given);
  formatters.set(text, made);
  return made(values);
}

/** Words of a parameter, or of a member of one: `keys.left`. */
export function getParamWords(stepId: string, param: string): ParamWords {
  const [name = "", member] = param.split(".");
  const own = getStepWords(stepId).params?.[name];
  const words = member === undefined ? own : own?.members?.[member];
  if (!words) return { label: param };
  return words.help === undefined ? words : { ...words, help: formatText(words.help) };
}

/** The line under a step's title, from its parameters; empty while they do not parse. */
export function summarizeStep(definition: AnyStepDefinition, params: Record<string, unknown> | null): string {
  if (!params) return "";
  return formatText(getStepWords(definition.id).summary ?? "", definition.summaryValues(params));
}
