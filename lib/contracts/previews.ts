import { z } from "zod";
import { defineContract } from "./contract";
import { errorRecord } from "./errors";

const params = z.record(z.string(), z.unknown());

export const previewPrompt = defineContract({
  method: "POST",
  path: "/previews/prompt",
  summary: "What a step would say to its model for the first row of its input; no model is asked",
  access: "user",
  body: z.strictObject({
    step: z.string(),
    params,
    /** `<fingerprint>/<port>` of the results that feed it, by input port. */
    inputs: z.record(z.string(), z.array(z.string())),
  }),
  response: z.strictObject({
    /** Long texts are cut. Empty where the row needs no call. */
    messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant", "tool"]), text: z.string(), isCut: z.boolean() })),
    hasRow: z.boolean(),
    /** Why the row would fail. */
    problem: errorRecord.nullable(),
  }),
});

export const previewChunks = defineContract({
  method: "POST",
  path: "/previews/chunks",
  summary: "The first chunks that a step would cut its first document into",
  access: "user",
  body: z.strictObject({ step: z.string(), params }),
  response: z.strictObject({
    /** Name or address of the document. */
    name: z.string(),
    title: z.string().nullable(),
    /** Unicode code points of its text. */
    characters: z.int(),
    chunks: z.array(
      z.strictObject({
        page: z.int().nullable(),
        section: z.array(z.string()),
        /** In the unit that chunks are sized in; characters where the document stays whole. */
        size: z.number(),
        /** Characters that it repeats of the one before. */
        overlap: z.int(),
        /** How it begins and how it ends; a short one is all in `head`. */
        head: z.string(),
        tail: z.string(),
      }),
    ),
    hasMore: z.boolean(),
  }),
});
