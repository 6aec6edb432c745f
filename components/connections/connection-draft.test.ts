import { describe, expect, it } from "vitest";
import { connectionInput, type ConnectionProvider } from "@/lib/contracts/models";
import { completeAddress, makeBody, makeDraft } from "./connection-draft";

describe("the address of a connection", () => {
  it.each([
    ["openai-compatible", "127.0.0.1:9999", "http://127.0.0.1:9999"],
    ["openai-compatible", " localhost:8000/v1 ", "http://localhost:8000/v1"],
    ["openai-compatible", "[::1]:8000/v1", "http://[::1]:8000/v1"],
    ["openai-compatible", "gpu7/v1", "http://gpu7/v1"],
    ["openai-compatible", "10.0.0.7/v1", "http://10.0.0.7/v1"],
    ["openai-compatible", "gpu.lab.example.com:8000/v1", "http://gpu.lab.example.com:8000/v1"],
    ["openai", "api.example.com/v1", "https://api.example.com/v1"],
    ["huggingface", "hub.example.com", "https://hub.example.com"],
    ["postgresql", "reader@db.example.com:5432/news", "postgresql://reader@db.example.com:5432/news"],
    ["openai", "https://api.example.com/v1", "https://api.example.com/v1"],
    ["openai", "", ""],
  ] as [ConnectionProvider, string, string][])("%s: %s becomes %s", (provider, typed, address) => {
    expect(completeAddress(provider, typed)).toBe(address);
    const body = makeBody({ ...makeDraft(null), name: "mine", provider, baseUrl: typed });
    expect(connectionInput.parse(body).baseUrl).toBe(address);
  });

  it.each(["127.0.0.1:9999", "localhost:8000", "not an address", "http://", "ftp://a/b", "postgresql://x:secret@h/d", "postgresql://"])("%s is refused in words, whoever sends it", (baseUrl) => {
    const parsed = connectionInput.safeParse({ name: "mine", provider: "openai-compatible", baseUrl });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.message).toMatch(/address/);
  });
});
