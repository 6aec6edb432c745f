import { z } from "zod";

/** A value of sampling that a model was sent otherwise than it was set: the nearest that it takes, or none. */
export const changedValue = z.object({
  /** As most providers call it. */
  name: z.string(),
  asked: z.string(),
  /** The name that stands for it in the request, and its value there; `none` where it was left out. */
  sentAs: z.string(),
  sent: z.string(),
});
export type ChangedValue = z.infer<typeof changedValue>;

export const LEFT_OUT = "none";

/** The same in several calls of a step. */
export const changedCalls = changedValue.extend({ calls: z.int() });
export type ChangedCalls = z.infer<typeof changedCalls>;

/** In plain words, such as `temperature 0.001 instead of temperature 0`. */
export function describeChanged({ name, asked, sentAs, sent }: ChangedValue): string {
  return sent === LEFT_OUT ? `no word of ${name} ${asked}` : `${sentAs} ${sent} instead of ${name} ${asked}`;
}
