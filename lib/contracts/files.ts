import { z } from "zod";
import { fileRef } from "@/lib/steps/_sdk/param-fields";
import { defineContract } from "./contract";

export const storedFile = fileRef.extend({ size: z.int() });

/** The body is the file itself. */
export const uploadFile = defineContract({
  method: "POST",
  path: "/files",
  summary: "Upload a file (the request's body is the file); stored once by content",
  access: "user",
  query: z.strictObject({ name: z.string().min(1).max(300) }),
  response: storedFile,
});

export const listFiles = defineContract({
  method: "GET",
  path: "/files",
  summary: "Uploaded files, and those lying in the `inbox` folder of the data folder",
  access: "user",
  response: z.strictObject({
    files: z.array(storedFile),
    inbox: z.array(z.strictObject({ name: z.string(), size: z.int() })),
  }),
});

export const importFile = defineContract({
  method: "POST",
  path: "/files/import",
  summary: "Take a file from the `inbox` folder of the data folder",
  access: "user",
  body: z.strictObject({ name: z.string().min(1).max(300) }),
  response: storedFile,
});
