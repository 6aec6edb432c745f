import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { z } from "zod";
import { askProvider, readJson } from "./ask-provider";
import type { ModelTarget } from "./endpoint";
import { sendFileTo, type CallLimits } from "./send-to";

const fileShape = z.object({ id: z.string(), filename: z.string().nullish() });
const filesShape = z.object({ data: z.array(fileShape) });

/** A file for OpenAI's Files API (platform.openai.com/docs/api-reference/files) or a copy of it. */
export interface FileToSend {
  /** By which it is found again. */
  name: string;
  path: string;
  purpose: "batch" | "fine-tune";
  /** After so long the provider removes it by itself; null where it stays until it is deleted. */
  expiresSeconds: number | null;
}

/** The file as a form's part, read from disk as it is sent. Gives the provider's id. */
async function upload(target: ModelTarget, { name, path, purpose, expiresSeconds }: FileToSend, limits: CallLimits): Promise<string> {
  const boundary = `----${name}`;
  const field = (key: string, value: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
  const expiry = expiresSeconds === null ? "" : `${field("expires_after[anchor]", "created_at")}${field("expires_after[seconds]", String(expiresSeconds))}`;
  const start = `${field("purpose", purpose)}${expiry}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/jsonl\r\n\r\n`;
  const end = `\r\n--${boundary}--\r\n`;
  async function* parts(): AsyncGenerator<string | Buffer> {
    yield start;
    yield* createReadStream(path) as AsyncIterable<Buffer>;
    yield end;
  }
  const bytes = Buffer.byteLength(start) + (await stat(path)).size + Buffer.byteLength(end);
  const reply = await sendFileTo(target, "/files", { stream: Readable.from(parts()), bytes, contentType: `multipart/form-data; boundary=${boundary}` }, limits);
  return readJson(target, reply, fileShape).id;
}

/** Sends a file, unless one of its name is there: a worker may have sent it before it died. Gives the provider's id. */
export async function sendOnce(target: ModelTarget, file: FileToSend, limits: CallLimits): Promise<string> {
  const { data } = await askProvider(target, { method: "GET", address: `/files?purpose=${file.purpose}&limit=100&order=desc` }, filesShape, limits);
  return data.find(({ filename }) => filename === file.name)?.id ?? (await upload(target, file, limits));
}
