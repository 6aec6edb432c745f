import { createTranslator } from "use-intl/core";
import { expect, it } from "vitest";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { stepMessages } from "@/lib/steps/messages.en.generated";

interface Words {
  summary: string;
  params: Record<string, { help: string; members?: Record<string, { help?: string }> }>;
}

/** Formats an ICU text; throws where it is broken or wants a value that is not given. */
function format(text: string, values: Record<string, string | number> = {}): string {
  const translate = createTranslator<{ text: string }>({
    locale: "en",
    messages: { text },
    onError: (error) => {
      throw error;
    },
  });
  return translate("text", values);
}

const steps = Object.entries(stepMessages as unknown as Record<string, Words>);

it.each(steps)("the help of %s says itself, with braces that are meant as braces", (_id, { params }) => {
  for (const [name, { help, members }] of Object.entries(params)) {
    for (const text of [help, ...Object.values(members ?? {}).flatMap((member) => member.help ?? [])]) expect(format(text), name).toBeTruthy();
  }
});

it.each(steps)("the summary of %s has all the values it names", (id, { summary }) => {
  const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[id];
  const parsed = definition?.params.safeParse(definition.defaults);
  if (!definition || !parsed?.success) return;
  expect(() => format(summary, definition.summaryValues(parsed.data))).not.toThrow();
});
