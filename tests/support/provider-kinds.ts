import { generateKeyPairSync } from "node:crypto";
import { fullBaseUrl, providerEntry, providers, type Provider } from "@/lib/contracts/providers";
import type { Endpoint, ResolvedModel } from "@/lib/llm/endpoint";

export const providerKinds = Object.keys(providers) as Provider[];

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });

/** What no message, log or cache may ever show. */
export const SECRET = "sk-secret-0123456789";

let opened = 0;

/** A model of a provider whose server is the one at `url`: paths and settings are the provider's own. */
export function openKind(provider: Provider, url: string, changed: Partial<Endpoint> = {}): ResolvedModel {
  opened += 1;
  const entry = providerEntry(provider);
  const settings = { ...Object.fromEntries(entry.settings.map(({ name, default: value }) => [name, value || "mine"])) };
  const serviceAccount = JSON.stringify({ client_email: "me@example.org", private_key: privateKey, private_key_id: SECRET, token_uri: `${url}/token` });
  const secrets = entry.auth === "google-service-account" ? { serviceAccount } : entry.auth === "aws" ? { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET } : { apiKey: SECRET };
  const { pathname } = new URL(fullBaseUrl(provider, "", settings));
  const baseUrl = `${url}${pathname === "/" ? "" : pathname}`;
  const limits = { concurrency: 4, requestsPerMinute: null, tokensPerMinute: null, unreachableAttempts: 2, prices: new Map() };
  const endpoint: Endpoint = { id: `endpoint-${String(opened)}`, name: "My provider", provider, baseUrl, secrets, settings, ...limits, ...changed };
  return { endpoint, model: "stub-model", identity: { provider, baseUrl, model: "stub-model" } };
}
