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
