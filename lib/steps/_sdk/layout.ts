import type { Template } from "@huggingface/jinja";
import { z } from "zod";
import { isAppError } from "@/lib/core/app-error";
import type { StepProblem } from "./define-step";
import { readTemplate, renderTemplate } from "./jinja-prompt";
import { findFreeNames } from "./jinja-names";

/** How a step lays its prompt out: a Jinja template that gives the same bytes as the step's own layout, and what it may name. */
export interface Layout {
  template: string;
  variables: readonly string[];
}

/**
 * The parameter of a step whose layout can be changed: null for the step's own, else a Jinja template over the layout's variables.
 * The step's own layout stays code, so that results made before there was a choice keep their fingerprints and their bytes.
 */
export function layoutParam({ template, variables }: Layout) {
  return z.string().max(100_000).nullable().default(null).meta({ field: { kind: "layout", template, variables }, advanced: true, addedLater: true });
}

/** A template that cannot be read, and each name in it that is no variable of the layout. */
export function checkLayout(layout: string | null, { variables }: Layout): StepProblem[] {
  if (layout === null) return [];
  if (layout.trim() === "") return [{ code: "param_required", data: { param: "layout" }, param: "layout" }];
  try {
    return findFreeNames(readTemplate(layout))
      .filter((name) => !variables.includes(name))
      .map((variable) => ({ code: "layout_variable_unknown", data: { variable, variables: variables.join(", ") }, param: "layout" }));
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [{ code: error.code, data: error.data, param: "layout" }];
  }
}

/** The layout as chosen, read once for all rows; null for the step's own. Throws `template_invalid`. */
export type ChosenLayout = Template | null;

export function readLayout({ layout }: { layout: string | null }): ChosenLayout {
  return layout === null ? null : readTemplate(layout);
}

/** A prompt in the layout chosen, its values as they are; `literal` makes the step's own. Throws `template_invalid`. */
export function layOut(chosen: ChosenLayout, values: Record<string, unknown>, literal: () => string): string {
  return chosen === null ? literal() : renderTemplate(chosen, values);
}

/** A label with its space before a value, as `withLabel` puts it; the label goes with its space where it is empty. */
export const labelled = (label: string, value: string): string => `{% if ${label} %}{{ ${label} }} {% endif %}{{ ${value} }}`;
