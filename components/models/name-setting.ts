import { allSteps } from "@/components/steps/step-catalogue";
import { getStepWords } from "@/components/steps/step-words";

const labels = new Map(
  allSteps.filter(({ category }) => category === "train").flatMap(({ id }) => Object.entries(getStepWords(id).params ?? {}).map(([param, { label }]) => [param, label] as const)),
);
const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** A setting of a training, `method.rank` or `columns.prompt`, as the forms of the steps call it. */
export function nameSetting(setting: string): string {
  const parts = setting.split(".");
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  const names = [parts.map((part, place) => (place === 0 ? part : capitalise(part))).join(""), `${last}Column`, last === "kind" ? first : last];
  return names.map((name) => labels.get(name)).find((label) => label !== undefined) ?? setting;
}
