import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createSecretBox } from "./secret-box";

it("opens what it sealed, for the same owner and the same key alone", () => {
  const box = createSecretBox(randomBytes(32));
  const sealed = box.seal("sk-ключ-密钥", "connection:a");
  expect(box.open(sealed, "connection:a")).toBe("sk-ключ-密钥");
  expect(() => box.open(sealed, "connection:b")).toThrow();
  expect(() => createSecretBox(randomBytes(32)).open(sealed, "connection:a")).toThrow();
  const tampered = Uint8Array.from(sealed, (byte, index) => (index === sealed.length - 1 ? byte ^ 1 : byte));
  expect(() => box.open(tampered, "connection:a")).toThrow();
  expect(Buffer.from(box.seal("same", "o")).equals(Buffer.from(box.seal("same", "o")))).toBe(false);
});
