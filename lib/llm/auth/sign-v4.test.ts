import { describe, expect, it } from "vitest";
import { signV4 } from "./sign-v4";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: null };

/** Of the Signature Version 4 test suite that AWS publishes (aws-sig-v4-test-suite). */
const vectors: { name: string; method?: string; path?: string; headers?: Record<string, string>; body?: string; signature: string }[] = [
  { name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
  { name: "get-vanilla-query-order-key-case", path: "/?Param2=value2&Param1=value1", signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
  { name: "get-vanilla-utf8-query", path: "/?\u1234=bar", signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04" },
  { name: "get-header-value-trim", headers: { "My-Header1": " value1", "My-Header2": ' "a   b   c"' }, signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
  { name: "post-vanilla", method: "POST", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
  { name: "post-header-key-sort", method: "POST", headers: { "My-Header1": "value1" }, signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c" },
  {
    name: "post-x-www-form-urlencoded",
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: "Param1=value1",
    signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  },
];

describe("a request signed by AWS's Signature Version 4", () => {
  it.each(vectors)("is as published: $name", ({ method = "GET", path = "/", headers = {}, body = "", signature }) => {
    const now = new Date("2015-08-30T12:36:00Z");
    const signed = signV4({ method, url: `https://example.amazonaws.com${path}`, headers, body, region: "us-east-1", service: "service", credentials, now });
    expect(signed.authorization).toContain("Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=");
    expect(signed.authorization?.split("Signature=")[1]).toBe(signature);
  });

  it("carries the token of a temporary key, signed", () => {
    const signed = signV4({ method: "GET", url: "https://example.amazonaws.com/", headers: {}, body: "", region: "us-east-1", service: "service", credentials: { ...credentials, sessionToken: "token" }, now: new Date() });
    expect(signed["x-amz-security-token"]).toBe("token");
    expect(signed.authorization).toContain("x-amz-date;x-amz-security-token");
  });
});
