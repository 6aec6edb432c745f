import { z } from "zod";
import { defineContract } from "./contract";

export const user = z.strictObject({ id: z.string(), email: z.string(), name: z.string(), isAdmin: z.boolean() });
const password = z.string().min(10, "use at least 10 characters").max(200);
const email = z.email().max(200);

export const readSession = defineContract({
  method: "GET",
  path: "/session",
  summary: "Who is signed in, and whether the administrator has still to be made",
  access: "anyone",
  response: z.strictObject({ user: user.nullable(), setupNeeded: z.boolean() }),
});

export const setUp = defineContract({
  method: "POST",
  path: "/setup",
  summary: "Create the administrator with the one-time link, and sign in",
  access: "anyone",
  body: z.strictObject({ token: z.string(), email, name: z.string().min(1).max(100), password }),
  response: user,
});

export const signIn = defineContract({
  method: "POST",
  path: "/session",
  summary: "Sign in",
  access: "anyone",
  body: z.strictObject({ email, password: z.string().max(200) }),
  response: user,
});

export const signOut = defineContract({ method: "DELETE", path: "/session", summary: "Sign out", access: "user" });

export const apiToken = z.strictObject({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

export const listTokens = defineContract({
  method: "GET",
  path: "/tokens",
  summary: "Your API tokens",
  access: "user",
  response: z.strictObject({ tokens: z.array(apiToken) }),
});

export const createToken = defineContract({
  method: "POST",
  path: "/tokens",
  summary: "Make an API token; the secret is shown this once",
  access: "user",
  body: z.strictObject({ name: z.string().min(1).max(100) }),
  response: z.strictObject({ token: apiToken, secret: z.string() }),
});

export const revokeToken = defineContract({
  method: "DELETE",
  path: "/tokens/{tokenId}",
  summary: "Revoke an API token",
  access: "user",
  params: z.strictObject({ tokenId: z.string() }),
});
