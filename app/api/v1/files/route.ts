import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { listFiles, uploadFile } from "@/lib/contracts/files";
import { storeFile } from "@/lib/engine/file-store";
import { listDataFiles } from "@/lib/files/data-files";
import { defineRoute } from "@/lib/http/define-route";

export const GET = defineRoute(listFiles, ({ resources }) => listDataFiles(resources));

export const POST = defineRoute(uploadFile, ({ resources, request, query }) =>
  storeFile(resources, query.name, request.body ? Readable.fromWeb(request.body as ReadableStream) : Readable.from([])),
);
