import { createHash, createSign } from "node:crypto";
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { Endpoint } from "../endpoint";
import { send } from "../transport";

const serviceAccount = z.object({ client_email: z.string().min(1), private_key: z.string().min(1), token_uri: z.url() });
const tokenShape = z.object({ access_token: z.string(), expires_in: z.number() });

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const LIFETIME_SECONDS = 3600;
/** A token is made anew this long before it ends, so that none ends on its way. */
const EARLY_MS = 120_000;
const TIMEOUT_MS = 30_000;
const MAX_KEPT = 100;

const tokens = new Map<string, { made: Promise<string>; until: number }>();

const base64Url = (value: string | Buffer): string => Buffer.from(value).toString("base64url");

function makeAssertion(account: z.infer<typeof serviceAccount>): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: account.client_email, scope: SCOPE, aud: account.token_uri, iat: now, exp: now + LIFETIME_SECONDS };
  const signed = `${base64Url(JSON.stringify({ alg: "RS256", typ: "JWT" }))}.${base64Url(JSON.stringify(claims))}`;
  return `${signed}.${base64Url(createSign("RSA-SHA256").update(signed).sign(account.private_key))}`;
}

function refuse(endpoint: Endpoint, status: number, detail: string, cause?: unknown): AppError {
  return new AppError("model_key_refused", { connection: endpoint.name, status, detail }, { cause });
}

async function fetchToken(endpoint: Endpoint, text: string): Promise<{ token: string; seconds: number }> {
  let assertion: string;
  let address: string;
  try {
    const account = serviceAccount.parse(JSON.parse(text));
    assertion = makeAssertion(account);
    address = account.token_uri;
  } catch (error) {
    // The cause would quote the private key.
    throw refuse(endpoint, 401, error instanceof z.ZodError ? "the JSON is not that of a service account" : "the service account's JSON or its private key cannot be read");
  }
  const body = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const reply = await send({ endpoint, method: "POST", url: address, headers, body, timeoutMs: TIMEOUT_MS, signal: new AbortController().signal });
  if (reply.status >= 500) throw new AppError("model_server_error", { connection: endpoint.name, status: reply.status, detail: "the token service failed" });
  if (reply.status >= 300) throw refuse(endpoint, reply.status, "the token service does not take the service account");
  const parsed = tokenShape.safeParse(JSON.parse(reply.text));
  if (!parsed.success) throw refuse(endpoint, reply.status, "the token service gave no token");
  return { token: parsed.data.access_token, seconds: parsed.data.expires_in };
}

/** An OAuth token of a service account, kept until shortly before it ends. Throws `model_key_refused` and what `send` throws. */
export async function googleToken(endpoint: Endpoint): Promise<string> {
  const text = endpoint.secrets.serviceAccount ?? "";
  const id = createHash("sha256").update(text).digest("hex");
  const kept = tokens.get(id);
  if (kept && kept.until > Date.now()) return kept.made;
  const entry = { made: Promise.resolve(""), until: Infinity };
  entry.made = fetchToken(endpoint, text).then(
    ({ token, seconds }) => {
      entry.until = Date.now() + seconds * 1000 - EARLY_MS;
      return token;
    },
    (error: unknown) => {
      tokens.delete(id);
      throw error;
    },
  );
  const oldest = tokens.keys().next().value;
  if (tokens.size >= MAX_KEPT && oldest !== undefined) tokens.delete(oldest);
  tokens.set(id, entry);
  return entry.made;
}
