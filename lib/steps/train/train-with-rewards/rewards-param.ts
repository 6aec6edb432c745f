import { z } from "zod";

export const defaultInstruction = "Rate how well the reply answers the prompt, from 0 to 10. Say the number alone.\n\nPrompt:\n{prompt}\n\nReply:\n{reply}";

/** What a reply can be rewarded by: our own kinds, then the functions of TRL. */
const kinds = ["model", "pattern", "answer", "judge", "accuracy", "think-format", "cosine", "repetition", "overlong"] as const;
type Kind = (typeof kinds)[number];

const number = { field: { kind: "number" } } as const;
const integer = { field: { kind: "integer" } } as const;
const of = (...is: Kind[]) => ({ visibleWhen: { param: "kind", is } });

/** Every entry has the settings of all kinds; the form shows those of the chosen kind. The defaults are TRL's. */
const weightedReward = z.strictObject({
  kind: z.enum(kinds).meta({ field: { kind: "select" } }),
  weight: z.number().default(1).meta(number),
  pattern: z.string().max(10_000).default("").meta({ field: { kind: "text" }, ...of("pattern", "answer") }),
  instruction: z.string().min(1).max(100_000).default(defaultInstruction).meta({ field: { kind: "multiline" }, ...of("judge") }),
  longest: z.int().min(1).max(1_000_000).nullable().default(null).meta({ ...integer, ...of("cosine", "overlong") }),
  cache: z.int().min(0).max(1_000_000).nullable().default(null).meta({ ...integer, ...of("overlong") }),
  minValueCorrect: z.number().default(0.5).meta({ ...number, ...of("cosine") }),
  maxValueCorrect: z.number().default(1).meta({ ...number, ...of("cosine") }),
  minValueWrong: z.number().default(-1).meta({ ...number, ...of("cosine") }),
  maxValueWrong: z.number().default(-0.5).meta({ ...number, ...of("cosine") }),
  ngramSize: z.int().min(1).max(1000).default(3).meta({ ...integer, ...of("repetition") }),
  maxPenalty: z.number().max(0).default(-1).meta({ ...number, ...of("repetition") }),
});
export type RewardEntry = z.infer<typeof weightedReward>;

export const rewardsParam = z
  .array(weightedReward)
  .max(50)
  .default([])
  .meta({ field: { kind: "records" }, addedLater: true, visibleWhen: { param: "reward", is: ["list"] } });

interface Chosen {
  reward: "model" | "pattern" | "answer" | "judge" | "list";
  rewards: RewardEntry[];
}

/** The kinds that are rewarded by: the one of the step, or those of its list. */
export function chosenKinds({ reward, rewards }: Chosen): Set<Kind> {
  return new Set(reward === "list" ? rewards.map(({ kind }) => kind) : [reward]);
}

export function readsAnswers(chosen: Chosen): boolean {
  const kindsNow = chosenKinds(chosen);
  return (["answer", "accuracy", "cosine"] as const).some((kind) => kindsNow.has(kind));
}
