import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { getStepWords } from "./step-words";

/** How well a step answers to a search; 0 is not at all. A title that starts with the words comes first. */
function score(step: AnyStepDefinition, words: string[]): number {
  const { title, description } = getStepWords(step.id);
  const name = title.toLowerCase();
  const aliases = step.searchAliases.join(" ").toLowerCase();
  let total = 0;
  for (const word of words) {
    if (name.startsWith(word)) total += 8;
    else if (name.includes(word)) total += 5;
    else if (aliases.includes(word)) total += 3;
    else if (description.toLowerCase().includes(word)) total += 1;
    else return 0;
  }
  return total;
}

export function searchSteps(steps: readonly AnyStepDefinition[], text: string): AnyStepDefinition[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...steps];
  return steps
    .map((step) => ({ step, score: score(step, words) }))
    .filter((hit) => hit.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((hit) => hit.step);
}
