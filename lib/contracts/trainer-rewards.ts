import { z } from "zod";
import { localModelSource } from "./model-source";

/** What a reply is rewarded by: our own kinds. */
const ownRewards = [
  z.strictObject({ kind: z.literal("model"), model: localModelSource }),
  /** 1 where the pattern is found in the reply, else 0. */
  z.strictObject({ kind: z.literal("pattern"), pattern: z.string().min(1) }),
  /** 1 where the reply, or what the pattern's first group finds in it last, is the right answer, else 0. */
  z.strictObject({ kind: z.literal("answer"), pattern: z.string().nullable() }),
  /** The first number in the judge's reply to the instruction, in which {prompt} and {reply} are filled. */
  z.strictObject({ kind: z.literal("judge"), model: localModelSource, instruction: z.string().min(1) }),
] as const;

/** The functions of the installed TRL's `trl.rewards`, by its names of their arguments. Lengths are in tokens. */
const readyRewards = [
  /** `accuracy_reward`: 1 where the reply's answer equals the right one as mathematics; none where the right one cannot be read. */
  z.strictObject({ kind: z.literal("accuracy") }),
  /** `think_format_reward`: 1 where the reply reasons between <think> and </think> first. */
  z.strictObject({ kind: z.literal("think-format") }),
  /** `get_cosine_scaled_reward`: right by `accuracy`, and by length from one value to the other. */
  z.strictObject({ kind: z.literal("cosine"), maxLen: z.int().min(1), minValueWrong: z.number(), maxValueWrong: z.number(), minValueCorrect: z.number(), maxValueCorrect: z.number() }),
  /** `get_repetition_penalty_reward` */
  z.strictObject({ kind: z.literal("repetition"), ngramSize: z.int().min(1), maxPenalty: z.number().max(0) }),
  /** `get_soft_overlong_punishment` */
  z.strictObject({ kind: z.literal("overlong"), maxCompletionLen: z.int().min(1), softPunishCache: z.int().min(0) }),
] as const;

export const onlyReward = z.discriminatedUnion("kind", ownRewards);

const anyReward = z.discriminatedUnion("kind", [...ownRewards, ...readyRewards]);
export const weightedReward = z.strictObject({ weight: z.number(), reward: anyReward });

export type OnlyReward = z.infer<typeof onlyReward>;
export type WeightedReward = z.infer<typeof weightedReward>;
