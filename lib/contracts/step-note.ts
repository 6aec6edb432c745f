import { z } from "zod";

/** What a step decided or left out by itself, in words `data.notes.<code>`, and the parameter by which a person decides otherwise. */
export const stepNote = z.object({
  code: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
  param: z.string().nullable(),
});
export type StepNote = z.infer<typeof stepNote>;
