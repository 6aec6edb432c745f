import { z } from "zod";

/** The column that says how many examples or documents a prompt shows; none by itself. */
export const shownColumnParam = z.string().min(1).max(200).nullable().default(null).meta({ field: { kind: "text" }, advanced: true, addedLater: true });

/** Names of the columns that a prompting step adds. */
export const replyColumnParams = {
  promptColumn: z.string().min(1).max(200).meta({ field: { kind: "text" }, advanced: true }),
  replyColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
};
