import { z } from "zod";

/** Body of every reply that is not 2xx. */
export const errorReply = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    /** Where and which: the values named in the message. */
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
});
export const errorRecord = errorReply.shape.error;
