import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { AppError } from "@/lib/core/app-error";
import type { Endpoint } from "./endpoint";

export const REPLY_LIMIT_BYTES = 16 * 1024 * 1024;

export const tooLarge = (endpoint: Pick<Endpoint, "name">): AppError => new AppError("model_reply_too_large", { connection: endpoint.name, limit: `${String(REPLY_LIMIT_BYTES / 1024 / 1024)} MB` });

const unpackers: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** A body as it was before it was packed. Some gateways pack without being asked, and some do not say so. */
export function unpack(bytes: Buffer, encoding: string, endpoint: Pick<Endpoint, "name">): Buffer {
  const named = unpackers[encoding.trim().toLowerCase()];
  const unpackBytes = named ?? (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync : null);
  if (!unpackBytes) return bytes;
  try {
    return unpackBytes(bytes, { maxOutputLength: REPLY_LIMIT_BYTES });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(endpoint);
    throw new AppError("model_reply_invalid", { connection: endpoint.name, detail: `it is packed (${encoding || "gzip"}) and cannot be unpacked` }, { cause: error });
  }
}

/** The text of a body, in the encoding that its server names, else UTF-8. An answer that is neither is refused: its letters would be lost. */
export function decodeText(bytes: Buffer, { contentType, isAnswer }: { contentType: string; isAnswer: boolean }, endpoint: Pick<Endpoint, "name">): string {
  const named = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  // A decoder for each reply costs more than reading it.
  if (/^utf-?8$/i.test(named) && isUtf8(bytes)) return bytes.toString("utf8").replace(/^\ufeff/, "");
  try {
    return new TextDecoder(named, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!isAnswer) return bytes.toString("utf8");
    const detail = /^utf-?8$/i.test(named) ? "its text is not UTF-8, and its server names no other encoding" : `its text is not in the encoding that its server names (${named})`;
    throw new AppError("model_reply_invalid", { connection: endpoint.name, detail: `${detail}: “${bytes.toString("latin1", 0, 120)}”` }, { cause: error });
  }
}
