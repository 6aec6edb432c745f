import { z } from "zod";
import { defineContract } from "./contract";

export const readHealth = defineContract({
  method: "GET",
  path: "/health",
  summary: "Whether the web server and its database answer",
  access: "anyone",
  response: z.strictObject({ ok: z.boolean() }),
});

export const readStatus = defineContract({
  method: "GET",
  path: "/status",
  summary: "The parts of this installation and their state",
  access: "user",
  response: z.strictObject({
    version: z.string(),
    workers: z.int(),
    trainer: z.strictObject({
      state: z.enum(["installing", "ready", "failed", "absent"]),
      /** For people: what is being installed, or why it failed. */
      detail: z.string().nullable(),
      device: z.string().nullable(),
    }),
    disk: z.strictObject({ freeBytes: z.int(), dataBytes: z.int().nullable() }),
  }),
});

export const readStorage = defineContract({
  method: "GET",
  path: "/storage",
  summary: "What the data folder holds, and which results are largest",
  access: "user",
  response: z.strictObject({
    resultBytes: z.int(),
    leftoverBytes: z.int(),
    fileBytes: z.int(),
    calls: z.int(),
    largest: z.array(z.strictObject({ fingerprint: z.string(), workflow: z.string(), step: z.string(), bytes: z.int(), createdAt: z.string() })),
  }),
});

export const freeStorage = defineContract({
  method: "POST",
  path: "/storage/free",
  summary: "Remove the parts of failed and cancelled runs that no result names",
  access: "admin",
  response: z.strictObject({ freedBytes: z.int() }),
});
