import { z } from "zod";

/** Names of the columns that a prompting step adds. */
export const replyColumnParams = {
  promptColumn: z.string().min(1).max(200).meta({ field: { kind: "text" }, advanced: true }),
  replyColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
};
