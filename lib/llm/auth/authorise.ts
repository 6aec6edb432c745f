import { providerEntry } from "@/lib/contracts/providers";
import type { Endpoint } from "../endpoint";
import { googleToken } from "./google-token";
import { signV4 } from "./sign-v4";

function bearer(key: string | undefined): Record<string, string> {
  return key ? { authorization: `Bearer ${key}` } : {};
}

/** Headers that prove who sends a request. Throws `model_key_refused` where no proof can be had. */
export async function authorise(endpoint: Endpoint, request: { method: string; url: string; body: string }): Promise<Record<string, string>> {
  const { apiKey, accessKeyId, secretAccessKey, sessionToken } = endpoint.secrets;
  const { auth } = providerEntry(endpoint.provider);
  switch (auth) {
    case "bearer":
      return bearer(apiKey);
    case "api-key":
    case "x-api-key":
    case "x-goog-api-key":
      return apiKey ? { [auth]: apiKey } : {};
    case "google-service-account":
      return bearer(await googleToken(endpoint));
    case "aws": {
      if (!accessKeyId || !secretAccessKey) return bearer(apiKey);
      const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? null };
      return signV4({ ...request, headers: { "content-type": "application/json" }, region: endpoint.settings.region ?? "", service: "bedrock", credentials, now: new Date() });
    }
  }
}
