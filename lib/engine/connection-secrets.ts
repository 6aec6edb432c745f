import { z } from "zod";
import { secretFields, type SecretField } from "@/lib/contracts/providers";

export type Secrets = Partial<Record<SecretField, string>>;

const HINT_LENGTH = 4;
const severalSecrets = z.partialRecord(z.enum(secretFields), z.string());
const keyId = z.looseObject({ private_key_id: z.string() });

/** The text that is sealed: a key by itself is its own text, so that it opens as it always did; several are JSON. */
export function packSecrets(secrets: Secrets): string {
  const given = Object.entries(secrets).filter(([, value]) => value !== "");
  return given.length === 1 && secrets.apiKey ? secrets.apiKey : JSON.stringify(Object.fromEntries(given));
}

export function unpackSecrets(text: string): Secrets {
  if (!text.startsWith("{")) return { apiKey: text };
  try {
    return severalSecrets.parse(JSON.parse(text));
  } catch {
    return { apiKey: text };
  }
}

/** Last characters by which a person tells keys apart; of a service account, those of its key's id. */
export function hintOf(secrets: Secrets): string | null {
  const { apiKey, accessKeyId, serviceAccount } = secrets;
  if (apiKey) return apiKey.slice(-HINT_LENGTH);
  if (accessKeyId) return accessKeyId.slice(-HINT_LENGTH);
  if (!serviceAccount) return null;
  try {
    return keyId.parse(JSON.parse(serviceAccount)).private_key_id.slice(-HINT_LENGTH);
  } catch {
    return "JSON";
  }
}
