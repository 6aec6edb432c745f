import { uploadFile as operation } from "@/lib/contracts/files";
import type { FileRef } from "@/lib/steps/_sdk/param-fields";
import { callApi } from "./call-api";

/** Sends a file as it is; the server keeps it once by content. */
export async function uploadFile(file: File): Promise<FileRef> {
  const { sha256, name } = await callApi(operation, { query: { name: file.name } }, { file });
  return { sha256, name };
}
