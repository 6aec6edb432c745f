import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Seals secrets with AES-256-GCM. `owner` is bound to the text, so that a sealed key moved to another row does not open. */
export interface SecretBox {
  seal(secret: string, owner: string): Uint8Array<ArrayBuffer>;
  open(sealed: Uint8Array, owner: string): string;
}

const VERSION = 1;

/** Layout: version (1 byte), nonce (12), tag (16), text. */
export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== 32) throw new Error("The secret key must be 32 bytes.");
  return {
    seal(secret, owner) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(owner));
      const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), text]));
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== VERSION) throw new Error("Sealed by another version.");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 13)).setAAD(Buffer.from(owner));
      decipher.setAuthTag(bytes.subarray(13, 29));
      return Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]).toString("utf8");
    },
  };
}

/** The key from the environment, or from `secrets/key` in the data folder, made on first use. */
export async function loadSecretKey(dataFolder: string, fromEnv: string | undefined): Promise<Buffer> {
  if (fromEnv) return Buffer.from(fromEnv, "base64");
  const path = join(dataFolder, "secrets", "key");
  if (!existsSync(path)) {
    await mkdir(join(dataFolder, "secrets"), { recursive: true, mode: 0o700 });
    // `wx`: where web and worker start together, one makes the key and the other reads it.
    await writeFile(path, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
  return Buffer.from((await readFile(path, "utf8")).trim(), "base64");
}

/** SHA-256 of a token as hexadecimal: what is stored of sessions, API tokens and the one-time link. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
