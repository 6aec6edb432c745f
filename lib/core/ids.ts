const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * A random id of 100 bits in lower-case Crockford base 32, e.g. `run_3f7k…`. `crypto.getRandomValues` rather than
 * `randomUUID`, because browsers hide the latter on plain-HTTP self-hosting.
 */
export function createId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  let id = "";
  for (const byte of bytes) id += ALPHABET.charAt(byte & 31);
  return `${prefix}_${id}`;
}

/** A secret of 256 bits as base64url, for tokens and links. */
export function createSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
