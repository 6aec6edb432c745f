import { createHash, createHmac } from "node:crypto";

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

interface SignedRequest {
  method: string;
  url: string;
  /** Headers to sign beside host and date. */
  headers: Record<string, string>;
  body: string;
  region: string;
  service: string;
  credentials: AwsCredentials;
  now: Date;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalQuery(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]) => [encode(name), encode(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/**
 * Headers that sign a request by AWS's Signature Version 4, as in “Create a signed AWS API request” of the IAM User Guide.
 * The path is encoded once more than it is sent, as every service but S3 wants it.
 */
export function signV4({ method, url, headers, body, region, service, credentials, now }: SignedRequest): Record<string, string> {
  const address = new URL(url);
  const date = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const added = { "x-amz-date": date, ...(credentials.sessionToken && { "x-amz-security-token": credentials.sessionToken }) };
  const signed = Object.entries({ ...headers, ...added, host: address.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, " ")] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const path = address.pathname.split("/").map(encode).join("/");
  const canonical = [method, path, canonicalQuery(address), ...signed.map(([name, value]) => `${name}:${value}`), "", names, sha256(body)].join("\n");
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = hmac(hmac(hmac(hmac(`AWS4${credentials.secretAccessKey}`, day), region), service), "aws4_request");
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex");
  return { ...added, authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}
